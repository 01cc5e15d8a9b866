// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid.h"

#include "ui/echo/cine_grid_impl.h"

namespace echo2ecg::ui {

CineGrid::CineGrid(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>(this))
{
    setMinimumSize(240, 180);
    m_impl->player.setPlaying(true);
}

CineGrid::~CineGrid()
{
    m_impl->pool.reset();
}

void CineGrid::setCells(std::vector<CineCell> cells)
{
    m_impl->cells.clear();
    for (CineCell& cell : cells) {
        m_impl->cells.emplace_back();
        m_impl->cells.back().badge = calibrationBadge(cell.clip.header);
        m_impl->cells.back().info = std::move(cell);
    }
    m_impl->selected = m_impl->maximised = -1;
    m_impl->load();
}

int CineGrid::cellCount() const
{
    return int(m_impl->cells.size());
}

void CineGrid::setGridLayout(int rows, int columns)
{
    m_impl->rows = rows > 0 && columns > 0 ? rows : 0;
    m_impl->columns = m_impl->rows > 0 ? columns : 0;
    m_impl->maximised = -1;
    if (std::min(int(m_impl->cells.size()), m_impl->capacity()) != m_impl->active)
        m_impl->load();
    else
        m_impl->arrange();
}

int CineGrid::selectedCell() const
{
    return m_impl->selected;
}

int CineGrid::maximisedCell() const
{
    return m_impl->maximised;
}

void CineGrid::setEmptyText(const QString& what, const QString& how)
{
    m_impl->surface->setEmptyText(what, how);
}

QString CineGrid::cellError(int cell) const
{
    return m_impl->has(cell) ? m_impl->at(cell).error : QString();
}

bool CineGrid::isPlaying() const
{
    return m_impl->player.isPlaying();
}

double CineGrid::speed() const
{
    return m_impl->player.speed();
}

int CineGrid::currentFrame(int cell) const
{
    return m_impl->has(cell) ? m_impl->at(cell).shown : -1;
}

double CineGrid::displayedFps(int cell) const
{
    return m_impl->has(cell) && isPlaying() ? m_impl->at(cell).meter.fps(m_impl->now()) : 0.0;
}

bool CineGrid::hasFirstFrames() const
{
    for (int i = 0; i < m_impl->active; ++i)
        if (m_impl->at(i).shown < 0 && m_impl->at(i).error.isEmpty())
            return false;
    return true;
}

QImage CineGrid::grabGrid()
{
    return m_impl->surface->grabFramebuffer();
}

void CineGrid::play()
{
    m_impl->setPlaying(true);
}

void CineGrid::pause()
{
    m_impl->setPlaying(false);
}

void CineGrid::togglePlay()
{
    m_impl->setPlaying(!isPlaying());
}

void CineGrid::step(int frames)
{
    pause();
    m_impl->player.step(frames);
    m_impl->refresh();
}

void CineGrid::setSpeed(double factor)
{
    m_impl->tick();
    m_impl->player.setSpeed(factor);
    m_impl->refresh();
}

void CineGrid::faster()
{
    for (double factor : {0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0})
        if (factor > speed() * 1.01)
            return setSpeed(factor);
}

void CineGrid::slower()
{
    for (double factor : {3.0, 2.0, 1.5, 1.0, 0.75, 0.5, 0.25, 0.1})
        if (factor < speed() * 0.99)
            return setSpeed(factor);
}

void CineGrid::scrub(double fraction)
{
    m_impl->player.scrub(fraction);
    m_impl->refresh();
}

void CineGrid::toFirstFrame()
{
    pause();
    scrub(0);
}

void CineGrid::toLastFrame()
{
    pause();
    scrub(1);
}

void CineGrid::selectCell(int cell)
{
    if (!m_impl->has(cell))
        return;
    const bool other = m_impl->selected != cell;
    m_impl->selected = cell;
    m_impl->refresh();
    if (other)
        emit cellSelected(cell);
}

void CineGrid::toggleMaximised(int cell)
{
    if (!m_impl->has(cell))
        return;
    m_impl->maximised = m_impl->maximised < 0 ? cell : -1;
    m_impl->arrange();
    selectCell(cell);
}

} // namespace echo2ecg::ui
