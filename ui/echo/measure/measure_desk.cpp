// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/measure_desk.h"

#include "ui/echo/cine_grid.h"
#include "ui/echo/measure/length_editor.h"
#include "ui/echo/measure/measure_bar.h"
#include "ui/echo/measure/measure_painter.h"
#include "ui/echo/measure/measure_panel.h"
#include "ui/echo/measure/measure_tool.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

struct MeasureDesk::Impl
{
    CineGrid* grid;
    MeasureModel model;
    MeasureActions actions{model};
    MeasureTool tool;
    MeasurePainter painter;
    MeasureBar* bar = nullptr;
    MeasurePanel* panel = nullptr;
    LengthEditor* length = nullptr;
    int waiting = 0; // measurement to show when its clip has come

    explicit Impl(CineGrid* g) : grid(g), tool(model, *g), painter(model, *g) {}
    const CineCell* selected() const
    {
        const int cell = grid->selectedCell();
        return cell >= 0 ? &grid->cell(cell) : nullptr;
    }
};

MeasureDesk::MeasureDesk(CineGrid* grid, QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(grid))
{
    auto& d = *m_impl;
    d.bar = new MeasureBar(d.actions);
    d.panel = new MeasurePanel(d.model);
    auto* across = new QHBoxLayout(this);
    across->setContentsMargins({});
    across->setSpacing(0);
    auto* down = new QVBoxLayout;
    down->setSpacing(0);
    down->addWidget(d.bar);
    down->addWidget(grid, 1);
    across->addLayout(down, 1);
    across->addWidget(d.panel);
    d.panel->hide();
    d.bar->hide();
    addActions(d.actions.all);
    setFocusProxy(grid);
    d.length = new LengthEditor(this);
    grid->setTool(&d.tool);
    grid->addPainter(&d.painter);

    d.tool.onLineToCalibrate = [this](QPointF at) { calibrateOn(at); };
    connect(d.length, &LengthEditor::entered, this, &MeasureDesk::takeLength);
    connect(d.length, &LengthEditor::givenUp, this, [this] {
        m_impl->model.setCalibrating(false);
        m_impl->grid->setFocus();
    });
    connect(&d.model, &MeasureModel::changed, this, [this] {
        m_impl->grid->repaintPictures();
        showBadge();
    });
    connect(&d.model, &MeasureModel::toolChanged, this, [this] {
        if (m_impl->length->isVisible() && !m_impl->model.isCalibrating())
            m_impl->length->hide();
        showBar();
    });
    connect(&d.model, &MeasureModel::selectionChanged, this, &MeasureDesk::showBadge);
    connect(grid, &CineGrid::cellSelected, this, [this] {
        const CineCell* cell = m_impl->selected();
        m_impl->panel->setStudy(cell ? cell->study : 0);
        showBadge();
    });
    connect(grid, &CineGrid::cellsReplaced, this, [this] {
        const CineCell* cell = m_impl->selected();
        m_impl->panel->setStudy(cell ? cell->study : 0);
        m_impl->model.setDraft(std::nullopt);
        showBadge();
        if (const int key = std::exchange(m_impl->waiting, 0))
            showMeasurement(key);
    });
    connect(d.actions.panel, &QAction::triggered, this, &MeasureDesk::showPanel);
    connect(d.actions.nextContour, &QAction::triggered, this, &MeasureDesk::drawNext);
    connect(&d.actions, &MeasureActions::forgetCalibrationRequested, this, [this] {
        if (const CineCell* cell = m_impl->selected())
            m_impl->model.calibrate(cell->study, cell->clipId, std::nullopt);
    });
    connect(d.panel, &MeasurePanel::drawRequested, this, &MeasureDesk::draw);
    connect(d.panel, &MeasurePanel::chosen, this, &MeasureDesk::showMeasurement);
}

MeasureDesk::~MeasureDesk()
{
    m_impl->grid->setTool(nullptr);
    m_impl->grid->removePainter(&m_impl->painter);
}

MeasureModel& MeasureDesk::model() { return m_impl->model; }
MeasureActions& MeasureDesk::actions() { return m_impl->actions; }
MeasurePanel& MeasureDesk::panel() { return *m_impl->panel; }

bool MeasureDesk::isPanelShown() const
{
    return m_impl->panel->isVisibleTo(this);
}

void MeasureDesk::showPanel(bool on)
{
    m_impl->panel->setVisible(on);
    m_impl->actions.panel->setChecked(on);
    showBar();
}

void MeasureDesk::showBar()
{
    m_impl->bar->setVisible(isPanelShown() || m_impl->model.tool());
}

void MeasureDesk::showBadge()
{
    const auto& d = *m_impl;
    const CineCell* cell = d.selected();
    if (!cell)
        return d.bar->setBadge({}, false);
    echo::Calibration scale;
    const MeasureModel::Item* item = d.model.item(d.model.selected());
    if (item)
        scale = d.model.evaluation(item->key).calibration;
    else if (d.model.knows(cell->clipId))
        scale = d.model.calibration(cell->clipId).main();
    else
        scale = echo::CalibrationMap(cell->clip.header).main();
    const bool isDoubtful = scale.source == echo::CalibrationSource::Manual || scale.source == echo::CalibrationSource::None || !scale.doubt.empty();
    d.bar->setBadge(QString::fromStdString(scale.badge()), isDoubtful);
}

void MeasureDesk::showMeasurement(int key)
{
    auto& d = *m_impl;
    const MeasureModel::Item* item = d.model.item(key);
    if (!item)
        return;
    d.model.select(key);
    for (int cell = 0; cell < d.grid->shownCells(); ++cell)
        if (d.grid->cell(cell).clipId == item->clip && item->clip != 0) {
            d.grid->selectCell(cell);
            d.grid->showFrame(cell, item->m.frame);
            return;
        }
    d.waiting = key;
    if (item->clip != 0)
        emit clipWanted(item->study, item->clip);
}

void MeasureDesk::draw(echo::Quantity quantity)
{
    auto& d = *m_impl;
    if (!d.selected())
        return;
    const bool isDiastole = quantity == echo::Quantity::LvA4cEd || quantity == echo::Quantity::LvA2cEd;
    if (!d.grid->phases(d.grid->selectedCell()).empty())
        d.grid->goToPhase(isDiastole ? CinePhase::EndDiastole : CinePhase::EndSystole);
    else
        d.grid->showFrame(d.grid->selectedCell(), std::max(0, d.grid->currentFrame(d.grid->selectedCell())));
    d.model.setTool(echo::Tool::LvContour, quantity);
    d.model.say(d.selected()->clipId, tr("%1: from one end of the mitral annulus around the apex to the other; double click ends")
                                           .arg(QString::fromUtf8(echo::wordsFor(quantity))));
    d.grid->setFocus();
}

void MeasureDesk::drawNext()
{
    const CineCell* cell = m_impl->selected();
    if (!cell)
        return;
    using Q = echo::Quantity;
    for (const Q step : {Q::LvA4cEd, Q::LvA4cEs, Q::LvA2cEd, Q::LvA2cEs}) {
        const auto& items = m_impl->model.items();
        if (std::none_of(items.begin(), items.end(), [&](const auto& item) { return item.study == cell->study && item.m.quantity == step; }))
            return draw(step);
    }
    draw(Q::LvA4cEd); // all are there: a new first one counts before the old
}

void MeasureDesk::calibrateOn(QPointF at)
{
    m_impl->length->ask(m_impl->grid->mapTo(this, at.toPoint()));
}

void MeasureDesk::takeLength(double centimetres)
{
    auto& d = *m_impl;
    const auto draft = d.model.draft();
    d.model.setCalibrating(false);
    d.grid->setFocus();
    if (!draft || draft->m.points.size() < 2)
        return;
    // Across counts by the shape of a pixel, as the header's own scale has it.
    const echo::Calibration shape = echo::CalibrationMap(d.grid->cell(d.grid->selectedCell()).clip.header, echo::ManualCalibration{1.0}).main();
    const double ratio = shape.perPixelY > 0 ? shape.perPixelX / shape.perPixelY : 1.0;
    const echo::Point a = draft->m.points[0], b = draft->m.points[1];
    const double pixels = std::hypot((b.x - a.x) * ratio, b.y - a.y);
    if (pixels < 5)
        return d.model.say(draft->clip, tr("The line is too short to calibrate on."));
    d.model.calibrate(draft->study, draft->clip, echo::ManualCalibration{centimetres * 10 / pixels});
}

} // namespace echo2ecg::ui
