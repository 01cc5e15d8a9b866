// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/beats/intervals.h"
#include "echo/beats/motion.h"

#include <cmath>

namespace echo2ecg::echo {

namespace {

// The trace's R waves, unless they and the header's heart rate are about different things.
bool takeTrace(Beats& beats, const EchoClip& clip, const ReducedFrames& frames)
{
    std::vector<double> found = tracedRWaves(frames.trace, frames.startMs, frames.durationMs);
    if (found.empty())
        return false;
    const auto declared = headerInterval(clip), measured = medianInterval(found);
    if (measured && (*measured > 60000.0 / kLowestRate || *measured < 60000.0 / kHighestRate))
        return false;
    if (declared && measured && (*measured > 1.5 * *declared || *measured < *declared / 1.5)) {
        beats.warnings.push_back({"trace-rate", "The ECG drawn in the picture disagrees with the header's heart rate; it was not used.", "(0018,1088)"});
        return false;
    }
    beats.rWaveMs = std::move(found);
    beats.rrMs = measured ? measured : declared;
    beats.source = BeatSource::DrawnTrace;
    return true;
}

Beats beatsIn(const EchoClip& clip, Beats beats, const ReducedFrames& frames, const MotionCurve& curve, const base::JobContext& job)
{
    if (beats.source != BeatSource::None || frames.frames.empty() || takeTrace(beats, clip, frames))
        return beats;
    Beats moved = beatsOfMotion(frames, curve, job);
    if (moved.source == BeatSource::None)
        return beats;
    if (beats.rrMs && (*moved.rrMs > 1.5 * *beats.rrMs || *moved.rrMs < *beats.rrMs / 1.5)) {
        beats.warnings.push_back({"motion-rate", "The period of the picture's motion disagrees with the header's heart rate; it was not used.", "(0018,1088)"});
        return beats;
    }
    moved.warnings = std::move(beats.warnings);
    return moved;
}

} // namespace

Rhythm findRhythm(const EchoClip& clip, ClipFrames& frames, const base::JobContext& job)
{
    Rhythm rhythm;
    rhythm.beats = headerBeats(clip);
    if (clip.kind != ClipKind::Cine)
        return rhythm;
    const ReducedFrames reduced = reduceFrames(clip, frames, job, rhythm.beats.warnings);
    const MotionCurve curve = motionCurve(reduced, job);
    rhythm.beats = beatsIn(clip, std::move(rhythm.beats), reduced, curve, job);
    rhythm.phases = phasesOf(reduced, curve, rhythm.beats);
    return rhythm;
}

Beats findBeats(const EchoClip& clip, ClipFrames& frames, const base::JobContext& job)
{
    Beats beats = headerBeats(clip);
    if (beats.source != BeatSource::None || clip.kind != ClipKind::Cine)
        return beats; // nothing that the picture could add
    return findRhythm(clip, frames, job).beats;
}

std::vector<CardiacPhase> proposePhases(const EchoClip& clip, ClipFrames& frames, const Beats& beats, const base::JobContext& job)
{
    if (clip.kind != ClipKind::Cine || beats.rWaveMs.empty())
        return {};
    base::Warnings warnings; // findBeats has said them
    const ReducedFrames reduced = reduceFrames(clip, frames, job, warnings);
    return phasesOf(reduced, motionCurve(reduced, job), beats);
}

} // namespace echo2ecg::echo
