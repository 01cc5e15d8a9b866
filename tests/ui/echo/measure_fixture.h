// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "generated_clip.h"

#include "ui/echo/cine_surface.h"
#include "ui/echo/measure/measure_desk.h"
#include "ui/echo/measure/measure_panel.h"

#include <QtTest>

namespace echo2ecg::test {

// A desk with one clip of the library in it, and a hand that presses, drags and clicks on frame pixels.
class MeasureFixture
{
public:
    explicit MeasureFixture(std::vector<ui::CineCell> cells, QSize size = {900, 640}) : grid(new ui::CineGrid), desk(grid)
    {
        std::vector<ui::MeasuredClip> clips;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            cells[i].study = 7;
            cells[i].clipId = qint64(i) + 1;
            clips.push_back({qint64(i) + 1, "hash" + std::to_string(i + 1), "1.2." + std::to_string(i + 1), cells[i].clip.header, {}});
        }
        desk.resize(size);
        grid->setCells(std::move(cells));
        desk.model().setStudy(7, std::move(clips), {});
        desk.show();
        surface = grid->findChild<ui::CineSurface*>();
    }

    bool isReady() { return QTest::qWaitForWindowExposed(&desk) && QTest::qWaitFor([this] { return grid->hasFirstFrames(); }, 20000); }

    QPoint on(echo::Point p, int cell = 0) const { return grid->onScreen(cell).toWidget.map(QPointF(p.x, p.y)).toPoint(); }
    // Where that pixel of the screen lies in the frame: what a press there means.
    echo::Point at(echo::Point p, int cell = 0) const
    {
        const QPointF f = grid->onScreen(cell).toWidget.inverted().map(QPointF(on(p, cell)));
        return {f.x(), f.y()};
    }
    void click(echo::Point p, int cell = 0)
    {
        move(p, cell);
        QTest::mouseClick(surface, Qt::LeftButton, {}, on(p, cell));
    }
    void doubleClick(echo::Point p, int cell = 0)
    {
        click(p, cell);
        QTest::mouseDClick(surface, Qt::LeftButton, {}, on(p, cell));
    }
    void move(echo::Point p, int cell = 0) { QTest::mouseMove(surface, on(p, cell)); }
    void drag(echo::Point from, echo::Point to, int cell = 0)
    {
        move(from, cell);
        QTest::mousePress(surface, Qt::LeftButton, {}, on(from, cell));
        move({(from.x + to.x) / 2, (from.y + to.y) / 2}, cell);
        move(to, cell);
        QTest::mouseRelease(surface, Qt::LeftButton, {}, on(to, cell));
    }
    void key(Qt::Key k)
    {
        surface->setFocus();
        QTest::keyClick(surface, k);
    }

    ui::CineGrid* grid;
    ui::MeasureDesk desk;
    ui::CineSurface* surface = nullptr;
};

inline dicom::UltrasoundRegion region(int format, int type, int x0, int y0, int x1, int y1, int unitX, int unitY, double dx, double dy)
{
    dicom::UltrasoundRegion r;
    r.spatialFormat = format;
    r.dataType = type;
    r.x0 = x0;
    r.y0 = y0;
    r.x1 = x1;
    r.y1 = y1;
    r.unitsX = unitX;
    r.unitsY = unitY;
    r.deltaX = dx;
    r.deltaY = dy;
    return r;
}

// 400 × 300 pixels: a picture of 0.05 cm a pixel at the left, a spectrum at the right.
inline ui::CineCell regionCell()
{
    GeneratedFrames::Options options;
    options.rows = 300;
    options.columns = 400;
    ui::CineCell cell = generatedCell(options, 30);
    cell.clip.header.regions = {region(1, 1, 0, 0, 249, 299, 3, 3, 0.05, 0.05), region(3, 3, 250, 0, 399, 299, 4, 7, 0.01, 1.0)};
    cell.clip.header.regions[1].referenceY = 150;
    return cell;
}

} // namespace echo2ecg::test
