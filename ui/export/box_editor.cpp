// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/box_editor.h"

#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double kReach = 7, kHandle = 7;
constexpr int kLeast = 4; // pixels of the picture

} // namespace

BoxEditor::BoxEditor(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("boxEditor"));
    setAccessibleName(tr("Picture with the boxes that are kept"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(240, 180);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void BoxEditor::setPicture(const QImage& picture, double pixelAspect)
{
    m_picture = picture;
    m_aspect = pixelAspect > 0 ? pixelAspect : 1;
    update();
}

void BoxEditor::setWords(const QString& words)
{
    m_words = words;
    update();
}

void BoxEditor::setBoxes(const std::vector<dicom::PixelBox>& boxes)
{
    m_boxes = boxes;
    m_grip = {};
    choose(-1);
    update();
}

void BoxEditor::setMasked(bool masked)
{
    m_masked = masked;
    update();
}

void BoxEditor::choose(int index)
{
    if (m_chosen == index)
        return;
    m_chosen = index;
    update();
    emit chosenChanged();
}

void BoxEditor::removeChosen()
{
    if (m_chosen < 0 || m_chosen >= int(m_boxes.size()))
        return;
    m_boxes.erase(m_boxes.begin() + m_chosen);
    m_grip = {};
    choose(-1);
    update();
    emit boxesChanged();
}

void BoxEditor::addBox()
{
    if (m_picture.isNull())
        return;
    const int w = m_picture.width(), h = m_picture.height();
    m_boxes.push_back({w / 4, h / 4, w - w / 4, h - h / 4});
    choose(int(m_boxes.size()) - 1);
    setFocus();
    update();
    emit boxesChanged();
}

QRectF BoxEditor::area() const
{
    QSizeF size(m_picture.width(), m_picture.height() * m_aspect);
    size.scale(QSizeF(width(), height()), Qt::KeepAspectRatio);
    return {QPointF((width() - size.width()) / 2, (height() - size.height()) / 2), size};
}

QPointF BoxEditor::toPicture(const QPointF& at) const
{
    const QRectF a = area();
    if (a.isEmpty())
        return {};
    return {std::clamp((at.x() - a.left()) / a.width(), 0.0, 1.0) * m_picture.width(), std::clamp((at.y() - a.top()) / a.height(), 0.0, 1.0) * m_picture.height()};
}

QRectF BoxEditor::boxOnScreen(int index) const
{
    const QRectF a = area();
    const dicom::PixelBox& box = m_boxes[std::size_t(index)];
    const double sx = a.width() / std::max(1, m_picture.width()), sy = a.height() / std::max(1, m_picture.height());
    return QRectF(QPointF(a.left() + box.x0 * sx, a.top() + box.y0 * sy), QPointF(a.left() + box.x1 * sx, a.top() + box.y1 * sy));
}

BoxEditor::Grip BoxEditor::gripAt(const QPointF& at) const
{
    // The chosen one is on top.
    std::vector<int> order;
    if (m_chosen >= 0 && m_chosen < int(m_boxes.size()))
        order.push_back(m_chosen);
    for (int i = int(m_boxes.size()) - 1; i >= 0; --i)
        if (i != m_chosen)
            order.push_back(i);
    for (const int i : order) {
        const QRectF r = boxOnScreen(i);
        if (!r.adjusted(-kReach, -kReach, kReach, kReach).contains(at))
            continue;
        Grip grip;
        grip.box = i;
        grip.left = std::abs(at.x() - r.left()) <= kReach;
        grip.right = !grip.left && std::abs(at.x() - r.right()) <= kReach;
        grip.top = std::abs(at.y() - r.top()) <= kReach;
        grip.bottom = !grip.top && std::abs(at.y() - r.bottom()) <= kReach;
        return grip;
    }
    return {};
}

void BoxEditor::showCursor(const Grip& grip)
{
    const bool x = grip.left || grip.right, y = grip.top || grip.bottom;
    setCursor(grip.box < 0  ? Qt::CrossCursor
              : x && y      ? (grip.left == grip.top ? Qt::SizeFDiagCursor : Qt::SizeBDiagCursor)
              : x           ? Qt::SizeHorCursor
              : y           ? Qt::SizeVerCursor
                            : Qt::SizeAllCursor);
}

void BoxEditor::change(int index, dicom::PixelBox box)
{
    const int w = m_picture.width(), h = m_picture.height();
    if (box.x0 > box.x1)
        std::swap(box.x0, box.x1);
    if (box.y0 > box.y1)
        std::swap(box.y0, box.y1);
    box.x0 = std::clamp(box.x0, 0, std::max(0, w - kLeast));
    box.y0 = std::clamp(box.y0, 0, std::max(0, h - kLeast));
    box.x1 = std::clamp(box.x1, std::min(w, box.x0 + kLeast), w);
    box.y1 = std::clamp(box.y1, std::min(h, box.y0 + kLeast), h);
    m_boxes[std::size_t(index)] = box;
    update();
}

void BoxEditor::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_picture.isNull())
        return;
    m_pressedAt = toPicture(event->position());
    m_grip = gripAt(event->position());
    if (m_grip.box < 0) {
        const int x = int(m_pressedAt.x()), y = int(m_pressedAt.y());
        m_boxes.push_back({x, y, x, y});
        m_grip = {int(m_boxes.size()) - 1, false, false, true, true};
        m_before = m_boxes.back();
    } else {
        m_before = m_boxes[std::size_t(m_grip.box)];
    }
    choose(m_grip.box);
}

void BoxEditor::mouseMoveEvent(QMouseEvent* event)
{
    if (m_picture.isNull())
        return;
    if (!(event->buttons() & Qt::LeftButton) || m_grip.box < 0)
        return showCursor(gripAt(event->position()));
    const QPointF moved = toPicture(event->position()) - m_pressedAt;
    int dx = int(std::lround(moved.x())), dy = int(std::lround(moved.y()));
    dicom::PixelBox box = m_before;
    if (!m_grip.left && !m_grip.right && !m_grip.top && !m_grip.bottom) {
        dx = std::clamp(dx, -box.x0, m_picture.width() - box.x1);
        dy = std::clamp(dy, -box.y0, m_picture.height() - box.y1);
        change(m_grip.box, {box.x0 + dx, box.y0 + dy, box.x1 + dx, box.y1 + dy});
        return;
    }
    if (m_grip.left)
        box.x0 += dx;
    if (m_grip.right)
        box.x1 += dx;
    if (m_grip.top)
        box.y0 += dy;
    if (m_grip.bottom)
        box.y1 += dy;
    change(m_grip.box, box);
}

void BoxEditor::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_grip.box < 0)
        return;
    const int index = std::exchange(m_grip, {}).box;
    const bool isNew = m_before.x0 == m_before.x1;
    const dicom::PixelBox& box = m_boxes[std::size_t(index)];
    if (isNew && (box.x1 - box.x0 <= kLeast || box.y1 - box.y0 <= kLeast)) { // a click on free ground
        m_boxes.erase(m_boxes.begin() + index);
        choose(-1);
        update();
        return;
    }
    if (!(box == m_before))
        emit boxesChanged();
}

void BoxEditor::keyPressEvent(QKeyEvent* event)
{
    const bool has = m_chosen >= 0 && m_chosen < int(m_boxes.size());
    const int step = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    int dx = 0, dy = 0;
    switch (event->key()) {
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        return removeChosen();
    case Qt::Key_Left:
        dx = -step;
        break;
    case Qt::Key_Right:
        dx = step;
        break;
    case Qt::Key_Up:
        dy = -step;
        break;
    case Qt::Key_Down:
        dy = step;
        break;
    default:
        return QWidget::keyPressEvent(event);
    }
    if (!has)
        return QWidget::keyPressEvent(event);
    const dicom::PixelBox box = m_boxes[std::size_t(m_chosen)];
    dx = std::clamp(dx, -box.x0, m_picture.width() - box.x1);
    dy = std::clamp(dy, -box.y0, m_picture.height() - box.y1);
    change(m_chosen, {box.x0 + dx, box.y0 + dy, box.x1 + dx, box.y1 + dy});
    emit boxesChanged();
}

void BoxEditor::leaveEvent(QEvent*)
{
    unsetCursor();
}

void BoxEditor::paintEvent(QPaintEvent*)
{
    const ThemeColours& c = Theme::instance().colours();
    QPainter painter(this);
    painter.fillRect(rect(), c.cineBackground);
    if (m_picture.isNull()) {
        painter.setPen(c.cineText);
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_words);
        return;
    }
    painter.setRenderHints(QPainter::SmoothPixmapTransform | QPainter::Antialiasing);
    const QRectF a = area();
    painter.drawImage(a, m_picture);
    QPainterPath outside, inside;
    outside.addRect(a);
    inside.setFillRule(Qt::WindingFill);
    for (int i = 0; i < int(m_boxes.size()); ++i)
        inside.addRect(boxOnScreen(i));
    painter.fillPath(outside.subtracted(inside), m_masked ? QColor(0, 0, 0) : QColor(0, 0, 0, 165));
    if (m_masked)
        return;
    for (int i = 0; i < int(m_boxes.size()); ++i) {
        const QRectF r = boxOnScreen(i);
        painter.setPen(QPen(c.accent, i == m_chosen ? 2 : 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(r);
        if (i != m_chosen)
            continue;
        painter.setBrush(c.accent);
        painter.setPen(Qt::NoPen);
        for (const QPointF& at : {r.topLeft(), r.topRight(), r.bottomLeft(), r.bottomRight(), QPointF(r.center().x(), r.top()), QPointF(r.center().x(), r.bottom()),
                                  QPointF(r.left(), r.center().y()), QPointF(r.right(), r.center().y())})
            painter.drawRect(QRectF(at.x() - kHandle / 2, at.y() - kHandle / 2, kHandle, kHandle));
    }
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

} // namespace echo2ecg::ui
