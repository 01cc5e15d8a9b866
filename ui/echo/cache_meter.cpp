// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cache_meter.h"

#include "ui/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

QString mebibytes(std::size_t bytes)
{
    return QStringLiteral("%1 MB").arg(double(bytes) / (1 << 20), 0, 'f', 0);
}

} // namespace

CacheMeter::CacheMeter(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(tr("Memory for frames"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void CacheMeter::setUse(const CacheUse& use)
{
    // The step of a pixel is enough.
    const auto step = [&](std::size_t bytes) { return use.limit ? bytes * 64 / use.limit : 0; };
    if (step(use.decoded) == step(m_use.decoded) && step(use.compressed) == step(m_use.compressed) && use.limit == m_use.limit)
        return;
    m_use = use;
    setToolTip(tr("Memory for frames: %1 of %2\ncompressed %3 · decoded %4\nWhat isn't needed soon goes when it is full")
                   .arg(mebibytes(use.compressed + use.decoded), mebibytes(use.limit), mebibytes(use.compressed), mebibytes(use.decoded)));
    update();
}

void CacheMeter::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const ThemeColours& c = Theme::instance().colours();
    const QRectF all(0.5, height() / 2.0 - 3, width() - 1, 6);
    const double limit = double(std::max<std::size_t>(1, m_use.limit));
    const double compressed = std::min(1.0, double(m_use.compressed) / limit);
    const double used = std::min(1.0, double(m_use.compressed + m_use.decoded) / limit);
    p.setPen(Qt::NoPen);
    p.setBrush(mixed(c.textFaint, c.window, 0.4));
    p.drawRoundedRect(all, 3, 3);
    p.setBrush(mixed(c.accent, c.window, 0.55));
    if (used > 0)
        p.drawRoundedRect(QRectF(all.left(), all.top(), std::max(6.0, all.width() * used), all.height()), 3, 3);
    p.setBrush(mixed(c.text, c.window, 0.6));
    if (compressed > 0)
        p.drawRoundedRect(QRectF(all.left(), all.top(), std::max(6.0, all.width() * compressed), all.height()), 3, 3);
}

} // namespace echo2ecg::ui
