// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/length_editor.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>

#include <algorithm>

namespace echo2ecg::ui {

LengthEditor::LengthEditor(QWidget* parent) : QFrame(parent), m_field(new QLineEdit(this)), m_hint(new QLabel(this))
{
    setProperty("role", QStringLiteral("raised"));
    setObjectName(QStringLiteral("lengthEditor"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 5, 8, 5);
    auto* what = new QLabel(tr("This line is"), this);
    row->addWidget(what);
    m_field->setFixedWidth(m_field->fontMetrics().horizontalAdvance(QStringLiteral("00.000 ")) + 16);
    m_field->setAccessibleName(tr("Length of the line in centimetres"));
    row->addWidget(m_field);
    row->addWidget(new QLabel(tr("cm"), this));
    m_hint->setProperty("role", QStringLiteral("warning"));
    row->addWidget(m_hint);
    m_field->installEventFilter(this);
    connect(m_field, &QLineEdit::returnPressed, this, &LengthEditor::take);
    hide();
}

void LengthEditor::ask(const QPoint& at)
{
    m_field->clear();
    m_hint->clear();
    adjustSize();
    const QSize room = parentWidget()->size() - size();
    move(std::clamp(at.x() + 14, 4, std::max(4, room.width() - 4)), std::clamp(at.y() + 14, 4, std::max(4, room.height() - 4)));
    show();
    raise();
    m_field->setFocus();
}

void LengthEditor::take()
{
    bool isNumber = false;
    const double cm = m_field->text().trimmed().replace(u',', u'.').toDouble(&isNumber);
    if (!isNumber || cm < 0.1 || cm > 40) {
        m_hint->setText(tr("0.1 to 40"));
        adjustSize();
        return;
    }
    hide();
    emit entered(cm);
}

bool LengthEditor::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept(); // digits are for the field, not for layouts
        return true;
    }
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        hide();
        emit givenUp();
        return true;
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace echo2ecg::ui
