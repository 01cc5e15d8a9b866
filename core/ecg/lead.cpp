// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/lead.h"

#include <charconv>
#include <string>

namespace echo2ecg::ecg {

namespace {

constexpr std::array<std::string_view, leadCount> names{"I",  "II", "III", "aVR", "aVL", "aVF",
                                                        "V1", "V2", "V3",  "V4",  "V5",  "V6"};

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
}

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

std::string lowered(std::string_view text)
{
    std::string result(trimmed(text));
    for (char& c : result)
        c = lower(c);
    return result;
}

// Numbers of EN 1064 (SCP-ECG), which IEEE 11073 uses as well in its partition 2.
std::optional<Lead> leadOfScpNumber(std::string_view digits)
{
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    switch (number) {
    case 1:
        return Lead::I;
    case 2:
        return Lead::II;
    case 3:
        return Lead::V1;
    case 4:
        return Lead::V2;
    case 5:
        return Lead::V3;
    case 6:
        return Lead::V4;
    case 7:
        return Lead::V5;
    case 8:
        return Lead::V6;
    case 61:
        return Lead::III;
    case 62:
        return Lead::aVR;
    case 63:
        return Lead::aVL;
    case 64:
        return Lead::aVF;
    default:
        return std::nullopt;
    }
}

std::optional<Lead> leadOfBareName(std::string_view text)
{
    for (const Lead lead : allLeads) {
        const std::string_view candidate = names[index(lead)];
        if (candidate.size() != text.size())
            continue;
        bool same = true;
        for (std::size_t i = 0; i < text.size(); ++i)
            same = same && lower(candidate[i]) == lower(text[i]);
        if (same)
            return lead;
    }
    return std::nullopt;
}

} // namespace

std::string_view name(Lead lead) noexcept
{
    return names[index(lead)];
}

std::optional<Lead> leadFromName(std::string_view text)
{
    std::string work = lowered(text);
    // What follows a bracket or comma explains the lead: "Lead I (Einthoven)", "aVR, augmented voltage, right".
    if (const auto cut = work.find_first_of("(,[;:"); cut != std::string::npos)
        work.resize(cut);
    std::string_view rest = trimmed(work);
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view prefix : {"mdc_ecg_lead_", "ecg", "ekg", "lead", "channel"}) {
            if (rest.size() > prefix.size() && rest.substr(0, prefix.size()) == prefix) {
                rest.remove_prefix(prefix.size());
                // "-aVR" is the inverted lead, so a minus sign is only a separator behind one of these words.
                while (!rest.empty() && (isSpace(rest.front()) || rest.front() == '_' || rest.front() == '-'))
                    rest.remove_prefix(1);
                again = true;
            }
        }
    }
    return leadOfBareName(trimmed(rest));
}

std::optional<Lead> leadFromCode(std::string_view code, std::string_view scheme)
{
    const std::string c = lowered(code);
    std::string s;
    for (const char letter : lowered(scheme))
        if (letter != '-' && letter != '_' && letter != ' ')
            s += letter;
    constexpr std::string_view scp = "5.6.3-9-";
    constexpr std::string_view mdcName = "mdc_ecg_lead_";
    if (s == "scpecg" || s == "1.2.840.10008.2.16.2")
        return c.starts_with(scp) ? leadOfScpNumber(std::string_view(c).substr(scp.size())) : std::nullopt;
    if (s.starts_with("mdc") || s.find("11073") != std::string::npos || s == "2.16.840.1.113883.6.24") {
        if (c.starts_with(mdcName))
            return leadOfBareName(std::string_view(c).substr(mdcName.size()));
        if (c.starts_with("2:"))
            return leadOfScpNumber(std::string_view(c).substr(2));
    }
    return std::nullopt;
}

} // namespace echo2ecg::ecg
