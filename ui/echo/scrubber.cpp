// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/scrubber.h"

#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr double kHandle = 5.5, kMarkGap = 6.0, kNear = 5.0;
constexpr double kLine = 13.0; // from the top
} // namespace

Scrubber::Scrubber(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Frame"));
    setMouseTracking(true);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

QSize Scrubber::sizeHint() const
{
    return {120, 28};
}

void Scrubber::setState(double fraction, const ScrubberMarks& marks)
{
    if (fraction == m_fraction && marks == m_marks)
        return;
    m_fraction = fraction;
    m_marks = marks;
    update();
}

double Scrubber::xOf(int frame) const
{
    return kHandle + std::max(1.0, width() - 2 * kHandle) * frame / std::max(1, m_marks.frames - 1);
}

int Scrubber::frameAt(double x) const
{
    const double fraction = std::clamp((x - kHandle) / std::max(1.0, width() - 2 * kHandle), 0.0, 1.0);
    return int(std::lround(fraction * (m_marks.frames - 1)));
}

void Scrubber::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const ThemeColours& c = Theme::instance().colours();
    const double left = kHandle, length = std::max(1.0, width() - 2 * kHandle), y = kLine;
    const int frames = m_marks.frames;
    p.setPen(Qt::NoPen);
    p.setBrush(mixed(c.textFaint, c.window, 0.5));
    p.drawRoundedRect(QRectF(left, y - 1, length, 2), 1, 1);
    if (!isEnabled() || frames < 2)
        return;
    const double from = xOf(m_marks.in), to = xOf(lastOut());
    if (hasInOut()) {
        p.setBrush(mixed(c.accent, c.window, 0.35));
        p.drawRect(QRectF(from, y - 2, to - from, 4));
    }
    p.setBrush(mixed(c.textFaint, c.window, 0.5));
    if (length / (frames - 1) >= kMarkGap)
        for (int i = 0; i < frames; ++i)
            p.drawRect(QRectF(xOf(i) - 0.5, y + 3, 1, 2));
    p.setBrush(mixed(c.text, c.window, 0.75));
    for (int frame : m_marks.rWaves) // an upright spike
        p.drawPolygon(QPolygonF({{xOf(frame) - 2.5, y - 4}, {xOf(frame), y - 12}, {xOf(frame) + 2.5, y - 4}}));
    p.setBrush(mixed(c.accent, c.window, 0.9));
    const auto phase = [&](int frame, bool full) {
        const QRectF dot(xOf(frame) - 3, y + 6, 6, 6); // full: the heart is full
        const QColor colour = m_marks.phasesProposed && m_marks.phasesByMotion ? mixed(c.accent, c.window, 0.45) : c.accent;
        p.setBrush(full ? QBrush(colour) : QBrush(c.window));
        p.setPen(QPen(colour, 1.4));
        p.drawEllipse(dot);
        p.setPen(Qt::NoPen);
    };
    for (int frame : m_marks.edFrames)
        phase(frame, true);
    for (int frame : m_marks.esFrames)
        phase(frame, false);
    const double x = left + length * m_fraction;
    p.setBrush(c.accent);
    if (const double start = hasInOut() ? from : left; x > start)
        p.drawRoundedRect(QRectF(start, y - 1, x - start, 2), 1, 1);
    if (hasInOut()) {
        p.setBrush(Qt::NoBrush);
        p.setPen(QPen(c.accent, 2));
        p.drawPolyline(QPolygonF({{from + 3, y - 7}, {from - 1, y - 7}, {from - 1, y + 7}, {from + 3, y + 7}}));
        p.drawPolyline(QPolygonF({{to - 3, y - 7}, {to + 1, y - 7}, {to + 1, y + 7}, {to - 3, y + 7}}));
        p.setPen(Qt::NoPen);
    }
    p.setBrush(c.text);
    p.drawEllipse(QPointF(x, y), kHandle, kHandle);
}

QString Scrubber::tipAt(double x) const
{
    const auto near = [&](int frame) { return std::abs(xOf(frame) - x) <= kNear; };
    const auto frameText = [](int frame) { return tr("frame %1").arg(frame + 1); };
    QStringList lines;
    for (int frame : m_marks.rWaves)
        if (near(frame))
            lines << tr("R wave, %1").arg(frameText(frame)) + (m_marks.rSource.isEmpty() ? QString() : QLatin1Char('\n') + m_marks.rSource);
    const QString by = !m_marks.phasesProposed ? tr("set")
                       : m_marks.phasesByMotion ? tr("proposed from the motion alone: without an R wave it may be another phase")
                                                : tr("proposed from the picture");
    for (int frame : m_marks.edFrames)
        if (near(frame))
            lines << tr("End of diastole, %1, %2").arg(frameText(frame), by);
    for (int frame : m_marks.esFrames)
        if (near(frame))
            lines << tr("End of systole, %1, %2").arg(frameText(frame), by);
    if (hasInOut() && near(m_marks.in))
        lines << tr("In point, %1").arg(frameText(m_marks.in));
    if (hasInOut() && near(lastOut()))
        lines << tr("Out point, %1").arg(frameText(lastOut()));
    return lines.isEmpty() ? frameText(frameAt(x)) : lines.join(QLatin1Char('\n'));
}

bool Scrubber::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_marks.frames > 1) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), tipAt(help->pos().x()), this);
        return true;
    }
    return QWidget::event(event);
}

Scrubber::Grab Scrubber::grabAt(const QPointF& at) const
{
    // The handle goes before the points, which can still be taken above or below it.
    const double handle = kHandle + std::max(1.0, width() - 2 * kHandle) * m_fraction;
    const bool onHandle = std::hypot(at.x() - handle, at.y() - kLine) <= kHandle;
    if (hasInOut() && !onHandle) {
        if (std::abs(at.x() - xOf(m_marks.in)) <= kNear)
            return Grab::In;
        if (std::abs(at.x() - xOf(lastOut())) <= kNear)
            return Grab::Out;
    }
    return Grab::Handle;
}

void Scrubber::follow(double x)
{
    if (m_grab == Grab::Handle) {
        m_fraction = std::clamp((x - kHandle) / std::max(1.0, width() - 2 * kHandle), 0.0, 1.0);
        update();
        emit moved(m_fraction);
        return;
    }
    const int frame = frameAt(x);
    if (m_grab == Grab::In)
        m_marks.in = std::min(frame, lastOut());
    else
        m_marks.out = std::max(frame, m_marks.in);
    update();
    emit inOutMoved(m_marks.in, lastOut());
}

void Scrubber::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_marks.frames < 2)
        return;
    m_grab = grabAt(event->position());
    if (m_grab == Grab::Handle) {
        emit grabbed();
        follow(event->position().x());
    }
}

void Scrubber::mouseMoveEvent(QMouseEvent* event)
{
    if (m_grab != Grab::None)
        follow(event->position().x());
    else
        setCursor(m_marks.frames > 1 && grabAt(event->position()) != Grab::Handle ? Qt::SizeHorCursor : Qt::ArrowCursor);
}

void Scrubber::mouseReleaseEvent(QMouseEvent*)
{
    if (std::exchange(m_grab, Grab::None) == Grab::Handle)
        emit released();
}

} // namespace echo2ecg::ui
