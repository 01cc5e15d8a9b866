// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/library.h"

namespace echo2ecg::casework {

// The small bundle that comes with the program, trained on virtual patients: where $ECHO2ECG_DEMO_BUNDLE says, and nowhere else, when that is set; else beside the program
// (models/demo) or as installed (../share/echo2ecg/models/demo). Empty where there is none.
std::filesystem::path demoBundle();

// The bundle a library works with: `named` where it isn't empty, else the one the library remembers, else the demo bundle, else an untrained
// bundle of the small architecture, which is made inside the library the first time. The window and the command line
// choose alike. Throws what createBundle() throws.
std::filesystem::path chooseBundle(library::Library& library, const std::filesystem::path& named,
                                   const base::JobContext& job = {});

// Empty when none is remembered or it is gone.
std::filesystem::path rememberedBundle(const library::Library& library);
// Kept relative to the library where it lies inside, so that the folder can be moved.
void rememberBundle(library::Library& library, const std::filesystem::path& bundle);

} // namespace echo2ecg::casework
