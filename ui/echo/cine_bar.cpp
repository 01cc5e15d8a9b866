// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_bar.h"

#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QPolygonF>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

enum class Glyph { Play, Pause, Back, Forward };

constexpr double kSpeeds[] = {0.1, 0.25, 0.5, 1.0, 2.0, 4.0};
constexpr int kIconSize = 14;
constexpr double kHandle = 5.5, kMarkGap = 6.0;

QPixmap drawn(Glyph glyph, const QColor& colour, double ratio)
{
    QPixmap pixmap(QSize(kIconSize, kIconSize) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    p.setBrush(colour);
    switch (glyph) {
    case Glyph::Play:
        p.drawPolygon(QPolygonF({{3, 1.5}, {12.5, 7}, {3, 12.5}}));
        break;
    case Glyph::Pause:
        p.drawRect(QRectF(2.5, 2, 3, 10));
        p.drawRect(QRectF(8.5, 2, 3, 10));
        break;
    case Glyph::Back:
        p.drawRect(QRectF(2, 2.5, 2, 9));
        p.drawPolygon(QPolygonF({{11.5, 2.5}, {5, 7}, {11.5, 11.5}}));
        break;
    case Glyph::Forward:
        p.drawRect(QRectF(10, 2.5, 2, 9));
        p.drawPolygon(QPolygonF({{2.5, 2.5}, {9, 7}, {2.5, 11.5}}));
        break;
    }
    return pixmap;
}

QIcon icon(Glyph glyph, const ThemeColours& colours)
{
    QIcon made;
    for (double ratio : {1.0, 1.5, 2.0, 3.0}) {
        made.addPixmap(drawn(glyph, colours.text, ratio), QIcon::Normal);
        made.addPixmap(drawn(glyph, colours.textFaint, ratio), QIcon::Disabled);
    }
    return made;
}

} // namespace

QString speedText(double factor)
{
    return QString::number(factor, 'g', 3) + QStringLiteral("×");
}

Scrubber::Scrubber(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Frame"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

QSize Scrubber::sizeHint() const
{
    return {120, 22};
}

void Scrubber::setState(double fraction, int frames)
{
    if (fraction == m_fraction && frames == m_frames)
        return;
    m_fraction = fraction;
    m_frames = frames;
    update();
}

void Scrubber::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const ThemeColours& c = Theme::instance().colours();
    const double left = kHandle, length = std::max(1.0, width() - 2 * kHandle), y = height() / 2.0;
    const bool moves = isEnabled() && m_frames > 1;
    p.setPen(Qt::NoPen);
    p.setBrush(mixed(c.textFaint, c.window, 0.5));
    p.drawRoundedRect(QRectF(left, y - 1, length, 2), 1, 1);
    if (!moves)
        return;
    if (length / (m_frames - 1) >= kMarkGap)
        for (int i = 0; i < m_frames; ++i)
            p.drawRect(QRectF(left + length * i / (m_frames - 1) - 0.5, y + 4, 1, 3));
    const double x = left + length * m_fraction;
    p.setBrush(c.accent);
    p.drawRoundedRect(QRectF(left, y - 1, x - left, 2), 1, 1);
    p.setBrush(c.text);
    p.drawEllipse(QPointF(x, y), kHandle, kHandle);
}

void Scrubber::follow(double x)
{
    m_fraction = std::clamp((x - kHandle) / std::max(1.0, width() - 2 * kHandle), 0.0, 1.0);
    update();
    emit moved(m_fraction);
}

void Scrubber::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_frames < 2)
        return;
    m_grabbed = true;
    emit grabbed();
    follow(event->position().x());
}

void Scrubber::mouseMoveEvent(QMouseEvent* event)
{
    if (m_grabbed)
        follow(event->position().x());
}

void Scrubber::mouseReleaseEvent(QMouseEvent*)
{
    if (std::exchange(m_grabbed, false))
        emit released();
}

CineBar::CineBar(QWidget* parent) : QWidget(parent)
{
    auto* across = new QHBoxLayout(this);
    across->setContentsMargins(6, 2, 10, 2);
    across->setSpacing(2);
    const auto button = [&](const QString& name, const QString& tip) {
        auto* made = new QToolButton;
        made->setIconSize({kIconSize, kIconSize});
        made->setAccessibleName(name);
        made->setToolTip(tip);
        made->setFocusPolicy(Qt::TabFocus);
        across->addWidget(made);
        return made;
    };
    m_back = button(tr("Step back"), tr("One frame back (Left)"));
    m_play = button(tr("Play or pause"), tr("Play or pause (Space)"));
    m_forward = button(tr("Step forward"), tr("One frame forward (Right)"));
    m_speed = button(tr("Speed"), tr("Speed ( [ slower, ] faster )"));
    m_speed->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(m_speed);
    for (double factor : kSpeeds)
        menu->addAction(speedText(factor), this, [this, factor] { emit setSpeed(factor); });
    m_speed->setMenu(menu);
    m_speed->setText(speedText(0.25));
    m_speed->setMinimumWidth(m_speed->sizeHint().width());
    m_scrubber = new Scrubber;
    across->addSpacing(4);
    across->addWidget(m_scrubber, 1);
    across->addSpacing(8);
    const auto label = [&](const QString& widest) {
        auto* made = new QLabel;
        made->setProperty("role", QStringLiteral("muted"));
        made->setFont(Theme::numberFont(made->font()));
        made->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        // Its widest text sets the width, so that the scrubber doesn't twitch with the digits.
        made->setMinimumWidth(QFontMetrics(made->font()).horizontalAdvance(widest) + 4);
        across->addWidget(made);
        return made;
    };
    m_frame = label(QStringLiteral("888 / 888"));
    across->addSpacing(10);
    m_fps = label(tr("%1 of %2 fps").arg(QStringLiteral("888.8"), QStringLiteral("888.8")));
    m_fps->setToolTip(tr("Frames shown in the last second, and the rate that the file asks for at this speed"));

    connect(m_play, &QToolButton::clicked, this, &CineBar::togglePlay);
    connect(m_back, &QToolButton::clicked, this, [this] { emit step(-1); });
    connect(m_forward, &QToolButton::clicked, this, [this] { emit step(1); });
    connect(m_scrubber, &Scrubber::grabbed, this, &CineBar::grabbed);
    connect(m_scrubber, &Scrubber::moved, this, &CineBar::scrub);
    connect(m_scrubber, &Scrubber::released, this, &CineBar::released);
    connect(&Theme::instance(), &Theme::changed, this, &CineBar::dress);
    dress();
    setState({});
}

void CineBar::dress()
{
    const ThemeColours& c = Theme::instance().colours();
    m_back->setIcon(icon(Glyph::Back, c));
    m_forward->setIcon(icon(Glyph::Forward, c));
    m_play->setIcon(icon(m_state.playing ? Glyph::Pause : Glyph::Play, c));
}

void CineBar::setState(const State& state)
{
    const bool turned = state.playing != m_state.playing;
    m_state = state;
    if (turned)
        dress();
    for (QWidget* widget : {static_cast<QWidget*>(m_play), static_cast<QWidget*>(m_back),
                            static_cast<QWidget*>(m_forward), static_cast<QWidget*>(m_speed)})
        widget->setEnabled(state.any);
    m_scrubber->setEnabled(state.moves);
    m_scrubber->setState(state.fraction, state.moves ? state.frames : 0);
    m_speed->setText(speedText(state.speed));
    QString frame, fps;
    if (state.moves) {
        frame = QStringLiteral("%1 / %2").arg(std::max(0, state.frame) + 1).arg(state.frames);
        const QString due = QString::number(state.headerFps * state.speed, 'f', 1);
        fps = state.playing ? tr("%1 of %2 fps").arg(QString::number(state.shownFps, 'f', 1), due)
                            : tr("%1 fps").arg(due);
    } else if (state.any) {
        frame = tr("still");
    }
    m_frame->setText(frame);
    m_fps->setText(fps);
}

} // namespace echo2ecg::ui
