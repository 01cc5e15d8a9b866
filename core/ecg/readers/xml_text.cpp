// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/xml_text.h"

#include "ecg/readers/reader_support.h"

#include <QStringDecoder>

namespace echo2ecg::ecg {

QString decodeXml(const std::string& bytes, base::Warnings& warnings)
{
    const QByteArrayView view(bytes.data(), qsizetype(bytes.size()));
    if (const auto byMark = QStringConverter::encodingForData(view))
        return QStringDecoder(*byMark).decode(view);
    std::string encoding = "utf-8";
    const std::string head = toLower(std::string_view(bytes).substr(0, 256));
    if (const auto key = head.find("encoding"); key != std::string::npos && head.starts_with("<?xml")) {
        const auto open = head.find_first_of("\"'", key);
        const auto close = open == std::string::npos ? open : head.find(head[open], open + 1);
        if (close != std::string::npos)
            encoding = head.substr(open + 1, close - open - 1);
    }
    std::erase_if(encoding, [](char c) { return c == '-' || c == '_'; });
    if (encoding == "utf8" || encoding == "usascii" || encoding == "ascii") {
        QStringDecoder decoder(QStringDecoder::Utf8);
        QString text = decoder.decode(view);
        if (!decoder.hasError())
            return text;
        warnings.push_back(
            {"text-encoding", "The text isn't the UTF-8 that it is said to be; it was read as Latin-1.", {}});
    } else if (encoding != "iso88591" && encoding != "latin1" && encoding != "windows1252") {
        warnings.push_back({"text-encoding", "The text encoding isn't known; it was read as Latin-1.", {}});
    }
    return QString::fromLatin1(view);
}

} // namespace echo2ecg::ecg
