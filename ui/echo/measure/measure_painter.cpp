// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/measure_painter.h"

#include "ui/echo/cine_grid.h"
#include "ui/echo/measure/measure_model.h"
#include "ui/echo/measure/paint_measurement.h"

namespace echo2ecg::ui {

void MeasurePainter::paint(QPainter& painter, const CellOnScreen& cell)
{
    const qint64 clip = m_grid.cell(cell.cell).clipId;
    if (!m_model.knows(clip))
        return;
    std::vector<QRectF> taken;
    const QRectF room = cell.picture.isEmpty() ? cell.area : cell.area.adjusted(2, 2, -2, -2);
    const auto& draft = m_model.draft();
    // The selected one last: its words find their place among the others', and its line lies on top.
    const auto draw = [&](bool selected) {
        for (const MeasureModel::Item* item : m_model.on(clip, cell.frame))
            if ((item->key == m_model.selected()) == selected)
                paintMeasurement(painter, item->m, m_model.evaluation(item->key), cell.toWidget, room, measureLook(selected), taken);
    };
    draw(false);
    draw(true);
    if (draft && draft->clip == clip && draft->m.frame == cell.frame) {
        MeasureLook look = measureLook(true);
        look.isDraft = true;
        look.isSelected = false;
        paintMeasurement(painter, draft->m, echo::evaluate(draft->m, m_model.calibration(clip)), cell.toWidget, room, look, taken);
    }
    if (const QString words = m_model.said(clip); !words.isEmpty()) {
        const MeasureLook look = measureLook(false);
        const QRectF place(room.left() + 8, room.top() + 22, room.width() - 16, 48); // above the heart, below the title
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, 190));
        const QRectF need = painter.boundingRect(place, Qt::AlignCenter | Qt::TextWordWrap, words).adjusted(-8, -4, 8, 4);
        painter.drawRoundedRect(need, 4, 4);
        painter.setPen(look.refused);
        painter.drawText(place, Qt::AlignCenter | Qt::TextWordWrap, words);
    }
}

} // namespace echo2ecg::ui
