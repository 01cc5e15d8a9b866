// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/xml_walker.h"

#include "ecg/readers/reader_support.h"
#include "ecg/readers/xml_text.h"

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::ParseError;

namespace {

constexpr qsizetype maxLeafCharacters = 24 << 20;
constexpr std::size_t maxDepth = 64;

} // namespace

void XmlWalker::walk(const std::string& bytes)
{
    m_xml.addData(decodeXml(bytes, m_warnings));
    while (!m_xml.atEnd()) {
        switch (m_xml.readNext()) {
        case QXmlStreamReader::DTD:
            if (!m_xml.entityDeclarations().isEmpty())
                throw ParseError(ErrorCode::Unsupported, "The document declares entities, which no ECG needs.",
                                 place());
            break;
        case QXmlStreamReader::StartElement:
            start();
            break;
        case QXmlStreamReader::Characters:
            if (m_leaf)
                m_text += m_xml.text();
            if (m_text.size() > maxLeafCharacters)
                throw ParseError(ErrorCode::LimitExceeded, "One element holds more text than an ECG can have.",
                                 place());
            break;
        case QXmlStreamReader::EndElement:
            end();
            break;
        default:
            break;
        }
    }
    if (!m_xml.hasError())
        return;
    const bool early = m_xml.error() == QXmlStreamReader::PrematureEndOfDocumentError;
    m_damage.emplace(early ? ErrorCode::Truncated : ErrorCode::Malformed,
                     early ? "The XML breaks off." : "The XML can't be read any further.", place());
    if (!m_path.empty())
        cutOff(m_path.back(), m_leaf ? std::string(trim(m_text.toUtf8().toStdString())) : std::string{});
}

void XmlWalker::start()
{
    if (m_path.size() >= maxDepth)
        throw ParseError(ErrorCode::LimitExceeded, "The XML is nested too deeply.", place());
    m_path.push_back(m_xml.name().toString().toStdString());
    m_attributes = m_xml.attributes();
    m_text.clear();
    m_leaf = true;
    opened(m_path.back());
}

void XmlWalker::end()
{
    closed(m_path.back(), m_leaf ? std::string(trim(m_text.toUtf8().toStdString())) : std::string{});
    m_leaf = false;
    m_text.clear();
    m_path.pop_back();
}

base::Place XmlWalker::place() const
{
    return {m_file, "line " + std::to_string(m_xml.lineNumber())};
}

void XmlWalker::warn(const char* code, std::string sentence, std::string where)
{
    m_warnings.push_back({code, std::move(sentence), std::move(where)});
}

std::optional<std::string> XmlWalker::attributeIfAny(const char* name) const
{
    for (const QXmlStreamAttribute& each : m_attributes)
        if (each.name() == QLatin1String(name))
            return std::string(trim(each.value().toString().toStdString()));
    return std::nullopt;
}

std::string XmlWalker::attribute(const char* name) const
{
    return attributeIfAny(name).value_or(std::string{});
}

bool XmlWalker::inside(std::string_view tag) const
{
    for (const std::string& open : m_path)
        if (open == tag)
            return true;
    return false;
}

std::string_view XmlWalker::parent(std::size_t up) const
{
    return m_path.size() > up ? std::string_view(m_path[m_path.size() - 1 - up]) : std::string_view{};
}

} // namespace echo2ecg::ecg
