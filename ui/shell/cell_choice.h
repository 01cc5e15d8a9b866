// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/library.h"
#include "ui/echo/cine_grid.h"

namespace echo2ecg::ui {

// Which clips of a study are shown first: cines by the weight that attention pooling gave them, then stills, in acquisition order where weights are equal
// or unknown. Reads headers from files: call it off the GUI thread. A clip that can't be read is left out.
std::vector<CineCell> chooseCells(library::Library& library, library::Id study, const std::string& bundleId, int most, library::Id firstClip = 0);

// Own study left, retrieved right, row by row; one of them alone fills the grid in its own order, and where one has too few clips the other takes the place.
std::vector<CineCell> besideEachOther(const std::vector<CineCell>& own, const std::vector<CineCell>& retrieved, int rows, int columns);

} // namespace echo2ecg::ui
