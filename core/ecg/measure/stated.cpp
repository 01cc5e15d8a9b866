// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/intervals.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

// Letters and digits alone, in lower case: "QRS Duration" and "QRSDuration" are one name.
std::string plain(std::string_view text)
{
    std::string result;
    for (const char c : text)
        if (c >= 'A' && c <= 'Z')
            result += char(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            result += c;
    return result;
}

struct Known
{
    std::string_view name;
    Quantity quantity;
};
constexpr Known known[]{
    {"ventricularrate", Quantity::HeartRate},
    {"heartrate", Quantity::HeartRate},
    {"meanventricularrate", Quantity::HeartRate},
    {"meanheartrate", Quantity::HeartRate},
    {"hr", Quantity::HeartRate},
    {"vrate", Quantity::HeartRate},
    {"rrinterval", Quantity::RrMean},
    {"meanrrinterval", Quantity::RrMean},
    {"averagerrinterval", Quantity::RrMean},
    {"rrintervalmean", Quantity::RrMean},
    {"rr", Quantity::RrMean},
    {"sdnn", Quantity::RrSdnn},
    {"rrintervalsdnn", Quantity::RrSdnn},
    {"rrsdnn", Quantity::RrSdnn},
    {"rmssd", Quantity::RrRmssd},
    {"rrintervalrmssd", Quantity::RrRmssd},
    {"rrrmssd", Quantity::RrRmssd},
    {"printerval", Quantity::Pr},
    {"pqinterval", Quantity::Pr},
    {"pr", Quantity::Pr},
    {"pq", Quantity::Pr},
    {"prduration", Quantity::Pr},
    {"pqduration", Quantity::Pr},
    {"pduration", Quantity::PDuration},
    {"pwaveduration", Quantity::PDuration},
    {"pwidth", Quantity::PDuration},
    {"qrsduration", Quantity::Qrs},
    {"qrsinterval", Quantity::Qrs},
    {"qrs", Quantity::Qrs},
    {"qrsd", Quantity::Qrs},
    {"qrswidth", Quantity::Qrs},
    {"qtinterval", Quantity::Qt},
    {"qt", Quantity::Qt},
    {"qtduration", Quantity::Qt},
    {"qtcbazett", Quantity::QtcBazett},
    {"qtcintervalbazett", Quantity::QtcBazett},
    {"qtcb", Quantity::QtcBazett},
    {"qtcfridericia", Quantity::QtcFridericia},
    {"qtcintervalfridericia", Quantity::QtcFridericia},
    {"qtcf", Quantity::QtcFridericia},
    {"qtcfredericia", Quantity::QtcFridericia},
    {"qtcframingham", Quantity::QtcFramingham},
    {"qtcintervalframingham", Quantity::QtcFramingham},
    {"qtchodges", Quantity::QtcHodges},
    {"qtcintervalhodges", Quantity::QtcHodges},
    {"qtch", Quantity::QtcHodges},
    {"paxis", Quantity::PAxis},
    {"pfrontalaxis", Quantity::PAxis},
    {"frontalpaxis", Quantity::PAxis},
    {"qrsaxis", Quantity::QrsAxis},
    {"raxis", Quantity::QrsAxis},
    {"qrsfrontalaxis", Quantity::QrsAxis},
    {"frontalqrsaxis", Quantity::QrsAxis},
    {"taxis", Quantity::TAxis},
    {"tfrontalaxis", Quantity::TAxis},
    {"frontaltaxis", Quantity::TAxis},
    {"sokolowindex", Quantity::SokolowLyon},
    {"sokolow", Quantity::SokolowLyon},
    {"sokolowlyon", Quantity::SokolowLyon},
    {"sokolowlyonindex", Quantity::SokolowLyon},
    {"sokolowlyonvoltage", Quantity::SokolowLyon},
    {"cornellvoltage", Quantity::Cornell},
    {"cornell", Quantity::Cornell},
    {"cornellindex", Quantity::Cornell},
};
// Names of a QTc that doesn't say whose it is.
bool isUnnamedQtc(std::string_view name)
{
    return name == "qtc" || name == "qtcinterval" || name == "qtcduration" || name == "correctedqtinterval";
}

std::optional<double> numberOf(const StatedMeasurement& stated)
{
    if (stated.value)
        return stated.value;
    double value = 0;
    const char *from = stated.text.data(), *to = from + stated.text.size();
    while (from < to && *from == ' ')
        ++from;
    return std::from_chars(from, to, value).ec == std::errc() ? std::optional(value) : std::nullopt;
}

bool isAxis(Quantity quantity)
{
    return quantity == Quantity::PAxis || quantity == Quantity::QrsAxis || quantity == Quantity::TAxis;
}

// In unit(quantity); nothing for the codes that stand for "not measured": zero or negative times, 29999 and the like.
std::optional<double> converted(Quantity quantity, double value, const std::string& unitText)
{
    std::string unit = plain(unitText);
    if (unitText.find("\xC2\xB5") != std::string::npos || unitText.find("\xCE\xBC") != std::string::npos)
        unit = "u" + unit; // the micro sign isn't a letter to plain()
    if (!std::isfinite(value))
        return {};
    if (isAxis(quantity)) // whatever the unit says: files are known that give axes in ms
        return std::abs(value) <= 360 ? std::optional(value > 180    ? value - 360
                                                      : value < -180 ? value + 360
                                                                     : value)
                                      : std::nullopt;
    if (quantity == Quantity::HeartRate) {
        value *= unit == "hz" ? 60 : 1;
        return value > 0 && value < 1000 ? std::optional(value) : std::nullopt;
    }
    if (quantity == Quantity::SokolowLyon || quantity == Quantity::Cornell) {
        value /= unit == "uv" ? 1000 : unit == "nv" ? 1e6 : 1;
        return value >= 0 && value < 1000 ? std::optional(value) : std::nullopt;
    }
    value *= unit == "s" || unit == "sec" || unit == "seconds" ? 1000 : unit == "us" ? 0.001 : 1;
    return value > 0 && value < 10000 ? std::optional(value) : std::nullopt;
}

// A QTc without a name is Bazett's, unless QT and rate say that another formula made it.
Quantity formulaOf(double qtc, const std::optional<double>& qt, const std::optional<double>& rrMs)
{
    if (!qt || !rrMs)
        return Quantity::QtcBazett;
    const double rr = *rrMs / 1000, tolerance = 6;
    const std::pair<Quantity, double> all[]{{Quantity::QtcBazett, qtcBazett(*qt, rr)},
                                            {Quantity::QtcFridericia, qtcFridericia(*qt, rr)},
                                            {Quantity::QtcFramingham, qtcFramingham(*qt, rr)},
                                            {Quantity::QtcHodges, qtcHodges(*qt, rr)}};
    if (std::abs(all[0].second - qtc) <= tolerance)
        return Quantity::QtcBazett;
    const auto nearest = std::min_element(std::begin(all), std::end(all), [qtc](const auto& a, const auto& b) {
        return std::abs(a.second - qtc) < std::abs(b.second - qtc);
    });
    return std::abs(nearest->second - qtc) <= tolerance ? nearest->first : Quantity::QtcBazett;
}

} // namespace

std::vector<Measured> statedByFile(const EcgRecord& record)
{
    std::array<std::optional<double>, quantityCount> found;
    std::optional<double> unnamedQtc;
    for (const StatedMeasurement& stated : record.measurements) {
        const std::string name = plain(stated.name);
        const auto value = numberOf(stated);
        if (!value)
            continue;
        if (isUnnamedQtc(name)) {
            if (!unnamedQtc)
                unnamedQtc = converted(Quantity::QtcBazett, *value, stated.unit);
            continue;
        }
        const auto entry =
            std::find_if(std::begin(known), std::end(known), [&](const Known& k) { return k.name == name; });
        if (entry != std::end(known) && !found[std::size_t(entry->quantity)])
            found[std::size_t(entry->quantity)] = converted(entry->quantity, *value, stated.unit);
    }
    if (unnamedQtc) {
        const auto rate = found[std::size_t(Quantity::HeartRate)];
        auto rr = found[std::size_t(Quantity::RrMean)];
        if (!rr && rate)
            rr = 60000 / *rate;
        auto& place = found[std::size_t(formulaOf(*unnamedQtc, found[std::size_t(Quantity::Qt)], rr))];
        if (!place)
            place = unnamedQtc;
    }
    std::vector<Measured> result;
    for (std::size_t i = 0; i < quantityCount; ++i)
        if (found[i])
            result.push_back({Quantity(i), found[i], {}});
    return result;
}

} // namespace echo2ecg::ecg
