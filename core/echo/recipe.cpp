// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/recipe.h"

#include "base/error.h"
#include "base/sha256.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace echo2ecg::echo {

namespace {

constexpr const char* fields[] = {"frames", "stride", "mask", "padding", "channel_order",
                                  "zoom",   "size",   "mean", "std",     "max_views", "include_colour"};

[[noreturn]] void refuse(const std::string& field, const std::string& why)
{
    throw base::ParseError(base::ErrorCode::Malformed, "The echo recipe's field \"" + field + "\" " + why + ".",
                           {{}, "echo recipe, " + field});
}

const base::Json& need(const base::Json& json, const std::string& field)
{
    const base::Json* value = json.find(field);
    if (!value)
        refuse(field, "is missing");
    return *value;
}

int integer(const base::Json& json, const std::string& field, int least, int most)
{
    const base::Json& value = need(json, field);
    if (!value.isInteger() || value.toInteger() < least || value.toInteger() > most)
        refuse(field, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return int(value.toInteger());
}

std::array<double, 3> three(const base::Json& json, const std::string& field)
{
    const base::Json& value = need(json, field);
    if (!value.isArray() || value.size() != 3)
        refuse(field, "must be three numbers");
    std::array<double, 3> numbers{};
    for (std::size_t i = 0; i < 3; ++i) {
        if (!value.items()[i].isNumber() || !std::isfinite(value.items()[i].toNumber()))
            refuse(field, "must be three numbers");
        numbers[i] = value.items()[i].toNumber();
    }
    return numbers;
}

template <class Enum>
Enum choice(const base::Json& json, const std::string& field, Enum first, const char* firstName, Enum second,
            const char* secondName)
{
    const base::Json& value = need(json, field);
    if (value.isString() && value.toString() == firstName)
        return first;
    if (value.isString() && value.toString() == secondName)
        return second;
    refuse(field, std::string("must be \"") + firstName + "\" or \"" + secondName + "\"");
}

base::Json listOf(const std::array<double, 3>& numbers)
{
    return base::Json(base::Json::Array{numbers[0], numbers[1], numbers[2]});
}

std::string text(const char* format, double value)
{
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

std::string text(const std::array<double, 3>& numbers)
{
    return text("%.4g", numbers[0]) + " " + text("%.4g", numbers[1]) + " " + text("%.4g", numbers[2]);
}

} // namespace

base::Json EchoRecipe::toJson() const
{
    base::Json json = base::Json::object(
        {{"frames", frames},
         {"stride", stride},
         {"mask", mask == MaskMode::None ? "none" : "ultrasound-sector"},
         {"padding", padding == PaddingMode::BeforeNormalisation ? "before-normalisation" : "after-normalisation"},
         {"channel_order", channelOrder == ChannelOrder::Rgb ? "rgb" : "bgr"},
         {"zoom", zoom},
         {"size", size},
         {"mean", listOf(mean)},
         {"std", listOf(std)},
         {"max_views", maxViews}});
    if (!includeColour)
        json.set("include_colour", false);
    return json;
}

EchoRecipe EchoRecipe::fromJson(const base::Json& json)
{
    if (!json.isObject())
        throw base::ParseError(base::ErrorCode::Malformed, "The echo recipe is not an object.", {{}, "echo recipe"});
    for (const auto& [key, value] : json.members())
        if (std::find(std::begin(fields), std::end(fields), key) == std::end(fields))
            refuse(key, "is unknown");

    EchoRecipe recipe;
    recipe.frames = integer(json, "frames", 1, 1024);
    recipe.stride = integer(json, "stride", 1, 1024);
    recipe.mask = choice(json, "mask", MaskMode::None, "none", MaskMode::UltrasoundSector, "ultrasound-sector");
    recipe.padding = choice(json, "padding", PaddingMode::BeforeNormalisation, "before-normalisation",
                            PaddingMode::AfterNormalisation, "after-normalisation");
    recipe.channelOrder = choice(json, "channel_order", ChannelOrder::Rgb, "rgb", ChannelOrder::Bgr, "bgr");
    const base::Json& zoom = need(json, "zoom");
    if (!zoom.isNumber() || !(zoom.toNumber() >= 0 && zoom.toNumber() < 0.5))
        refuse("zoom", "must be a number from 0 to below 0.5");
    recipe.zoom = zoom.toNumber();
    recipe.size = integer(json, "size", 8, 2048);
    recipe.mean = three(json, "mean");
    recipe.std = three(json, "std");
    if (std::any_of(recipe.std.begin(), recipe.std.end(), [](double s) { return !(s > 0); }))
        refuse("std", "must be above 0");
    recipe.maxViews = integer(json, "max_views", 1, 4096);
    if (const base::Json* colour = json.find("include_colour")) {
        if (!colour->isBool())
            refuse("include_colour", "must be true or false");
        recipe.includeColour = colour->toBool();
    }
    return recipe;
}

std::string EchoRecipe::hash() const
{
    return base::sha256(toJson().dump());
}

std::string EchoRecipe::describe() const
{
    std::string words = std::to_string(frames) + " frames, ";
    words += stride == 1 ? "every one" : "one in " + std::to_string(stride);
    words += mask == MaskMode::None ? " · no mask" : " · ultrasound sector mask";
    words += " · centre square, " + text("%.3g", 100 * zoom) + " % off each side, bicubic to " + std::to_string(size) +
             "×" + std::to_string(size);
    words += channelOrder == ChannelOrder::Rgb ? " · RGB" : " · BGR";
    words += " · mean " + text(mean) + ", std " + text(std);
    words += padding == PaddingMode::BeforeNormalisation ? " · short clips padded with black before normalisation"
                                                         : " · short clips padded with 0 after normalisation";
    return words + " · at most " + std::to_string(maxViews) + " views" + (includeColour ? "" : " · without colour Doppler");
}

} // namespace echo2ecg::echo
