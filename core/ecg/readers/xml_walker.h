// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <QXmlStreamReader>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echo2ecg::ecg {

// Walks through an XML document with bounded depth and text. No external entity is ever resolved; a document that
// declares entities is refused. A document that breaks off is walked as far as it goes; damage() then says where.
class XmlWalker
{
public:
    XmlWalker(const std::filesystem::path& file, base::Warnings& warnings) : m_file(file), m_warnings(warnings) {}
    virtual ~XmlWalker() = default;
    XmlWalker(const XmlWalker&) = delete;
    XmlWalker& operator=(const XmlWalker&) = delete;

    // Throws base::ParseError for declared entities and for exceeded limits.
    void walk(const std::string& bytes);
    // The error that ended the walk early, if one did.
    const std::optional<base::ParseError>& damage() const { return m_damage; }

protected:
    virtual void opened(const std::string& tag) { (void)tag; }
    // The end of every element. `text` is what a leaf holds, trimmed; an element with children has none.
    virtual void closed(const std::string& tag, const std::string& text) = 0;
    // The document ended inside of this element.
    virtual void cutOff(const std::string& tag, const std::string& text) { (void)tag, (void)text; }

    base::Place place() const;
    const std::filesystem::path& file() const { return m_file; }
    base::Warnings& warnings() { return m_warnings; }
    void warn(const char* code, std::string sentence, std::string where = {});
    // Of the element that was opened last, which in closed() is the leaf itself.
    std::string attribute(const char* name) const;
    std::optional<std::string> attributeIfAny(const char* name) const;
    bool inside(std::string_view tag) const;
    // parent(0) is the element itself, parent(1) the one around it.
    std::string_view parent(std::size_t up = 1) const;
    std::size_t depth() const { return m_path.size(); }

private:
    void start();
    void end();

    const std::filesystem::path& m_file;
    base::Warnings& m_warnings;
    QXmlStreamReader m_xml;
    QXmlStreamAttributes m_attributes;
    std::vector<std::string> m_path;
    QString m_text;
    bool m_leaf = false;
    std::optional<base::ParseError> m_damage;
};

} // namespace echo2ecg::ecg
