// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/step_trace.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

std::pair<double, double> rangeOf(const std::vector<float>& a, const std::vector<float>& b)
{
    double low = INFINITY, high = -INFINITY;
    for (const auto* list : {&a, &b})
        for (const float value : *list)
            if (std::isfinite(value)) {
                low = std::min(low, double(value));
                high = std::max(high, double(value));
            }
    if (!(low <= high))
        return {-1, 1};
    const double room = std::max((high - low) * 0.06, 1e-6);
    return {low - room, high + room};
}

QPainterPath tracePath(const std::vector<float>& values, const TraceFrame& f)
{
    QPainterPath path;
    const double span = f.toSecond - f.fromSecond;
    if (values.size() < 2 || !(span > 0) || !(f.hz > 0))
        return path;
    const auto n = std::ptrdiff_t(values.size());
    const auto sampleAt = [&](double second) {
        return std::ptrdiff_t(std::clamp((second - f.firstSecond) * f.hz, 0.0, double(n)));
    };
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, sampleAt(f.fromSecond) - 1),
                         end = std::min(n, sampleAt(f.toSecond) + 2);
    const double columns = std::max(2.0, f.area.width() * 2);
    const std::ptrdiff_t step = std::max<std::ptrdiff_t>(1, std::ptrdiff_t(double(end - begin) / columns));
    bool pen = false;
    const auto to = [&](std::ptrdiff_t i) {
        const double value = double(values[std::size_t(i)]);
        if (!std::isfinite(value)) {
            pen = false;
            return;
        }
        const double second = f.firstSecond + double(i) / f.hz;
        const QPointF point(f.area.left() + (second - f.fromSecond) / span * f.area.width(),
                            f.area.bottom() - (value - f.low) / (f.high - f.low) * f.area.height());
        pen ? path.lineTo(point) : path.moveTo(point);
        pen = true;
    };
    for (std::ptrdiff_t i = begin; i < end; i += step) {
        const auto [least, most] = std::minmax_element(values.begin() + i, values.begin() + std::min(end, i + step));
        const std::ptrdiff_t first = std::min(least, most) - values.begin(),
                             second = std::max(least, most) - values.begin();
        to(first);
        if (second != first)
            to(second);
    }
    return path;
}

} // namespace echo2ecg::ui
