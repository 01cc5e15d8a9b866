// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/case_engine.h"

// A library of virtual patients, so that anyone can try the program without a person's data.
namespace echo2ecg::casework {

// None that a bundle of ours was trained on.
inline constexpr std::uint64_t demoSeed = 1000001;
inline constexpr int demoPatients = 200;

struct DemoPlan
{
    int patients = demoPatients; // 1 … simulation::mostPatients
    std::uint64_t seed = demoSeed;
    int columns = 320, frames = 32; // of a clip
    int threads = 0;                // that simulate; 0: all of the machine
};

// What one is told while the library fills. Called on the thread that fills it.
struct DemoProgress
{
    int patients = 0;        // of the plan, in the library now
    int embedded = 0;        // of those that came with this call
    library::Id telling = 0; // the ECG to open first: reduced LVEF, with its study; 0 while it isn't in
};

struct DemoHooks
{
    // Asked after every few patients; null while none is loaded. What came before there was one is embedded later.
    std::function<std::shared_ptr<CaseEngine>()> engine;
    std::function<void(const DemoProgress&)> onPatients; // after each few, before they are embedded, and after
};

struct DemoSummary
{
    int patients = 0, added = 0; // of the plan: that are or had been in; by this call
    int ecgs = 0, studies = 0;   // embedded by this call
    library::Id telling = 0;
    base::Warnings failures;     // of embedding; an ECG with an electrode off is one
};

// Nothing in it, or virtual patients by fillDemoLibrary().
bool canBeDemoLibrary(const library::Library& library);
bool isDemoLibrary(const library::Library& library);

// Simulates the patients, imports ECGs, studies, reports and what is true of them, and embeds everything. The most telling patient comes first, a few seconds after the
// start; the others follow in their order. Each patient goes in whole: cancelled at any moment, the library is usable with those that are in, and the next call goes on
// with the rest. Once all are in, none that a person removed comes back. The same seed gives the same library. Progress in patients.
// Throws base::Error: Unsuitable for a library with cases of its own, a plan out of bounds or a library that another process fills; Mismatch for another seed than it has; Io;
// base::Cancelled.
DemoSummary fillDemoLibrary(library::Library& library, const DemoPlan& plan = {}, const DemoHooks& hooks = {}, const base::JobContext& job = {});

} // namespace echo2ecg::casework
