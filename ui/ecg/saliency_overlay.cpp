// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/saliency_overlay.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <map>

namespace echo2ecg::ui {

namespace {

constexpr double smoothingSeconds = 0.015, robustShare = 0.998, weakest = 1.0 / 12;

// The value below which `share` of all lie.
float quantile(std::vector<float> values, double share)
{
    const auto at = values.begin() + std::ptrdiff_t(share * double(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

// Two passes of a running mean: a triangle `2·reach + 1` wide on each side.
void smooth(float* values, int n, int reach)
{
    std::vector<double> sums(std::size_t(n) + 1);
    for (int pass = 0; pass < 2; ++pass) {
        for (int i = 0; i < n; ++i)
            sums[std::size_t(i) + 1] = sums[std::size_t(i)] + double(values[i]);
        for (int i = 0; i < n; ++i) {
            const int from = std::max(0, i - reach), to = std::min(n, i + reach + 1);
            values[i] = float((sums[std::size_t(to)] - sums[std::size_t(from)]) / (to - from));
        }
    }
}

// Half the height of a strip's band in millimetres: bands of neighbouring rows just don't meet.
double halfHeight(const ecg::Page& page)
{
    double pitch = page.height > 0 ? page.height : 20.0;
    for (const ecg::Strip& a : page.strips)
        for (const ecg::Strip& b : page.strips)
            if (const double apart = std::abs(a.baselineY - b.baselineY); apart > 0.5)
                pitch = std::min(pitch, apart);
    return 0.47 * pitch;
}

} // namespace

std::vector<float> saliencyStrength(const inference::EcgSaliency& saliency)
{
    std::vector<float> strength(saliency.values.size());
    if (strength.empty() || saliency.columns < 1)
        return strength;
    std::transform(saliency.values.begin(), saliency.values.end(), strength.begin(),
                   [](float value) { return std::isfinite(value) ? std::abs(value) : 0.0f; });
    const bool rollout = saliency.method == inference::SaliencyMethod::AttentionRollout;
    float floor = 0, range = 0;
    if (rollout) {
        floor = quantile(strength, 0.5);
        // What differs by less than half of the usual share is spread evenly.
        range = std::max(quantile(strength, robustShare) - floor, floor / 2);
    } else {
        const int reach = std::max(0, int(std::lround(smoothingSeconds * saliency.columnsPerSecond)));
        for (std::size_t lead = 0; lead < ecg::leadCount; ++lead)
            smooth(strength.data() + lead * std::size_t(saliency.columns), saliency.columns, reach);
        range = quantile(strength, robustShare);
        if (!(range > 0)) // a few samples alone
            range = *std::max_element(strength.begin(), strength.end());
    }
    for (float& value : strength) {
        value = range > 0 ? std::clamp((value - floor) / range, 0.0f, 1.0f) : 0.0f;
        if (double(value) < weakest)
            value = 0;
    }
    return strength;
}

QImage saliencyBand(const float* strength, int columns, const QColor& hue)
{
    QImage band(std::max(1, columns), 1, QImage::Format_ARGB32_Premultiplied);
    band.fill(Qt::transparent);
    auto* pixels = reinterpret_cast<QRgb*>(band.scanLine(0));
    for (int i = 0; i < columns; ++i)
        pixels[i] =
            qPremultiply(qRgba(hue.red(), hue.green(), hue.blue(),
                               int(std::lround(255 * strongestTint * double(std::clamp(strength[i], 0.0f, 1.0f))))));
    return band;
}

void paintSaliency(QPainter& painter, const inference::EcgSaliency& saliency, const std::vector<float>& strength,
                   const ecg::Page& page, const report::PageScale& scale, const SaliencyInk& ink, double shiftSeconds)
{
    const auto columns = std::size_t(std::max(0, saliency.columns));
    if (columns == 0 || strength.size() != ecg::leadCount * columns || !(saliency.columnsPerSecond > 0))
        return;
    // Leads over one zero line share one band: the strongest of them.
    std::map<std::pair<double, double>, std::pair<const ecg::Strip*, std::vector<float>>> bands;
    for (const ecg::Strip& strip : page.strips) {
        auto& [first, values] = bands[{strip.x, strip.baselineY}];
        const float* own = strength.data() + ecg::index(strip.lead) * columns;
        if (!first) {
            first = &strip;
            values.assign(own, own + columns);
        } else {
            std::transform(values.begin(), values.end(), own, values.begin(),
                           [](float a, float b) { return std::max(a, b); });
        }
    }
    const double half = halfHeight(page);
    const double from = saliency.startSeconds + shiftSeconds, to = saliency.endSeconds() + shiftSeconds;
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    for (const auto& [place, band] : bands) {
        const ecg::Strip& strip = *band.first;
        const double seconds = strip.toSeconds - strip.fromSeconds;
        if (!(seconds > 0) || to <= strip.fromSeconds || from >= strip.toSeconds)
            continue;
        const auto x = [&](double second) { return strip.x + (second - strip.fromSeconds) / seconds * strip.width; };
        const QRectF area(scale.map(strip.x, strip.baselineY - half),
                          scale.map(strip.x + strip.width, strip.baselineY + half));
        const QRectF whole(scale.map(x(from), strip.baselineY - half), scale.map(x(to), strip.baselineY + half));
        painter.save();
        painter.setClipRect(area, Qt::IntersectClip);
        painter.drawImage(whole, saliencyBand(band.second.data(), int(columns), ink.hue));
        painter.restore();
        QColor line = ink.hue;
        line.setAlphaF(0.8f);
        painter.setPen(QPen(line, 1, Qt::DashLine));
        for (const double edge : {from, to})
            if (edge > strip.fromSeconds && edge < strip.toSeconds)
                painter.drawLine(scale.map(x(edge), strip.baselineY - half),
                                 scale.map(x(edge), strip.baselineY + half));
    }
    painter.restore();
}

QString saliencyLegend(inference::SaliencyMethod method)
{
    return method == inference::SaliencyMethod::AttentionRollout
               ? QCoreApplication::translate("Saliency", "Where the encoder looked (attention rollout)")
               : QCoreApplication::translate("Saliency", "What moved the embedding (integrated gradients)");
}

std::vector<ecg::Lead> leadsElsewhere(const inference::EcgSaliency& saliency, const ecg::Page& page)
{
    std::array<bool, ecg::leadCount> there{}, shown{};
    for (const ecg::Strip& strip : page.strips) {
        there[ecg::index(strip.lead)] = true;
        if (strip.toSeconds > saliency.startSeconds && strip.fromSeconds < saliency.endSeconds())
            shown[ecg::index(strip.lead)] = true;
    }
    std::vector<ecg::Lead> leads;
    for (const ecg::Lead lead : ecg::allLeads)
        if (there[ecg::index(lead)] && !shown[ecg::index(lead)])
            leads.push_back(lead);
    return leads;
}

QRectF paintSaliencyLegend(QPainter& painter, const inference::EcgSaliency& saliency, const ecg::Page& page,
                           const QRectF& area, const SaliencyInk& ink)
{
    const QFontMetricsF metrics(ink.font);
    QString words = saliencyLegend(saliency.method);
    if (const std::size_t elsewhere = leadsElsewhere(saliency, page).size())
        words += elsewhere == 1
                     ? QCoreApplication::translate("Saliency", " \u00b7 1 lead shows other seconds")
                     : QCoreApplication::translate("Saliency", " \u00b7 %1 leads show other seconds").arg(elsewhere);
    const QString weak = QCoreApplication::translate("Saliency", "less"),
                  strong = QCoreApplication::translate("Saliency", "more");
    const double gap = 6, swatch = 56, height = metrics.height() + 6;
    const double needed = gap + metrics.horizontalAdvance(words) + 2 * gap + metrics.horizontalAdvance(weak) + gap +
                          swatch + gap + metrics.horizontalAdvance(strong) + gap;
    const QRectF box(std::max(area.left(), area.right() - needed), area.bottom() - height,
                     std::min(area.width(), needed), height);
    painter.save();
    painter.setClipRect(box, Qt::IntersectClip);
    QColor behind = ink.paper;
    behind.setAlphaF(0.88f);
    painter.fillRect(box, behind);
    painter.setFont(ink.font);
    painter.setPen(ink.text);
    double x = box.left() + gap;
    const auto write = [&](const QString& text) {
        const double width = metrics.horizontalAdvance(text);
        painter.drawText(QRectF(x, box.top(), width + 1, box.height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += width;
    };
    write(words);
    x += 2 * gap;
    write(weak);
    x += gap;
    std::vector<float> ramp(32);
    for (std::size_t i = 0; i < ramp.size(); ++i)
        ramp[i] = float(i) / float(ramp.size() - 1);
    const QRectF scaleBox(x, box.center().y() - 4, swatch, 8);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(scaleBox, saliencyBand(ramp.data(), int(ramp.size()), ink.hue));
    x += swatch + gap;
    write(strong);
    painter.restore();
    return box;
}

} // namespace echo2ecg::ui
