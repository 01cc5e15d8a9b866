// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg_print.h"

#include <charconv>

namespace echo2ecg::cli {

namespace {

ecg::Lead leadOf(const std::string& text, const char* option)
{
    if (const auto lead = ecg::leadFromName(text))
        return *lead;
    throw Failure{Usage,
                  base::Error(base::ErrorCode::Unsupported, std::string(option) + " isn't one of the twelve leads.")};
}

// "0.5-40".
void readFilter(const std::string& text, ecg::DisplayFilter& filter)
{
    const auto number = [](std::string_view part) -> std::optional<double> {
        double value = 0;
        const auto result = std::from_chars(part.data(), part.data() + part.size(), value);
        return result.ec == std::errc{} && result.ptr == part.data() + part.size() && value > 0 ? std::optional(value)
                                                                                                : std::nullopt;
    };
    const auto dash = text.find('-');
    const auto low = number(std::string_view(text).substr(0, dash));
    const auto high = dash == std::string::npos ? std::nullopt : number(std::string_view(text).substr(dash + 1));
    if (!low || !high || *low >= *high)
        throw Failure{Usage,
                      base::Error(base::ErrorCode::Unsupported, "--filter is two corners in Hz, such as 0.5-40.")};
    filter.highPassHz = low;
    filter.lowPassHz = high;
}

} // namespace

void addPrintOptions(CLI::App& command, PrintOptions& options)
{
    std::vector<std::string> layouts;
    for (const ecg::PageFormat format : ecg::allPageFormats)
        layouts.emplace_back(ecg::code(format));
    const auto mark = [&options](CLI::Option* option) {
        option->group("PDF (A4 landscape, true scale)")->each([&options](const std::string&) { options.given = true; });
        return option;
    };
    mark(command.add_option("--layout", options.layout, "Layout of the leads"))
        ->check(CLI::IsMember(layouts))
        ->capture_default_str();
    mark(command.add_option("--speed", options.speed, "mm/s"))
        ->check(CLI::IsMember(std::vector(ecg::pageSpeeds.begin(), ecg::pageSpeeds.end())))
        ->capture_default_str();
    mark(command.add_option("--gain", options.gain, "mm/mV"))
        ->check(CLI::IsMember(std::vector(ecg::pageGains.begin(), ecg::pageGains.end())))
        ->capture_default_str();
    mark(command.add_option("--rhythm", options.rhythm, "Lead of the rhythm strip"))->capture_default_str();
    mark(command.add_option("--lead", options.lead, "Lead of the layout `single`"))->capture_default_str();
    mark(command.add_flag("--cabrera", options.cabrera, "Limb leads as aVL, I, -aVR, II, aVF, III"));
    mark(command.add_flag("--simultaneous", options.simultaneous, "All columns begin at the same time"));
    mark(command.add_option("--filter", options.filter, "For the eyes, zero phase: LOW-HIGH in Hz, such as 0.5-40"));
    mark(command.add_option("--notch", options.notch, "For the eyes: 50 or 60 Hz"))->check(CLI::IsMember({50.0, 60.0}));
    mark(command.add_option("--start", options.start, "Second at which the page begins"))
        ->check(CLI::NonNegativeNumber);
    mark(command.add_flag("--whole", options.whole, "The whole recording, page after page"));
}

report::EcgPrint printOf(const PrintOptions& options)
{
    report::EcgPrint print;
    print.page.format = ecg::pageFormatFromCode(options.layout).value_or(print.page.format);
    print.page.mmPerSecond = options.speed;
    print.page.mmPerMillivolt = options.gain;
    print.page.rhythmLead = leadOf(options.rhythm, "--rhythm");
    print.page.singleLead = leadOf(options.lead, "--lead");
    print.page.cabrera = options.cabrera;
    print.page.sequential = !options.simultaneous;
    print.page.startSeconds = options.start;
    if (!options.filter.empty())
        readFilter(options.filter, print.filter);
    if (options.notch > 0)
        print.filter.notchHz = options.notch;
    print.wholeRecording = options.whole;
    return print;
}

} // namespace echo2ecg::cli
