// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/clips.h"

#include "simulation/ecg_model.h"
#include "simulation/strips.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::simulation {

namespace {

constexpr double lead = 2.5; // frames before the first R wave

std::string keyOf(View view, Shot shot)
{
    return std::string(name(view)) + " " + std::to_string(int(shot));
}

Aim drawAim(const VirtualPatient& p, View view, Shot shot)
{
    Random random(p.seed, std::uint64_t(p.number), "aim " + keyOf(view, shot));
    Aim aim;
    const double fat = std::clamp((p.bmi() - 22) / 20, 0.0, 1.2);
    aim.window = 1.0 + 0.9 * fat + random.uniform(0, 0.4);
    aim.tilt = random.normal(view == View::Plax ? 0.10 : 0.0, 0.07, -0.20, 0.24);
    aim.sideways = random.normal(0, 0.25, -0.6, 0.6);
    if (view == View::A4c || view == View::A2c)
        aim.offAxis = random.normal(0, 0.13, -0.3, 0.3);
    return aim;
}

// The beat that is recorded: with atrial fibrillation not the mean one.
double beatOf(const VirtualPatient& p, View view, Shot shot)
{
    Random random(p.seed, std::uint64_t(p.number), "beat " + keyOf(view, shot));
    const bool isIrregular = p.rhythm == Rhythm::AtrialFibrillation && p.conduction != Conduction::Paced;
    const double rr = 60 / p.heartRate * (isIrregular ? std::clamp(random.factor(0.14), 0.75, 1.35) : random.factor(0.02));
    return std::clamp(rr, 0.40, 1.6);
}

} // namespace

struct VirtualClip::Impl
{
    VirtualPatient patient;
    View view;
    Shot shot;
    ClipSize size;
    double rr;
    HeartGeometry heart;
    std::unique_ptr<Scene> scene;
    MachineSettings machine;
    Layout layout;
    std::unique_ptr<Scanner> scanner;
    std::vector<double> rWaves;
    std::vector<float> trace;
    base::RgbImage background;
    double frameMs = 0;

    Impl(const VirtualPatient& p, View v, Shot s, const ClipSize& z)
        : patient(p), view(v), shot(s), size(z), rr(beatOf(p, v, s)), heart(patient, rr), scene(Scene::of(v, patient, heart, drawAim(p, v, s))), machine(drawMachine(p))
    {
        Random random(p.seed, std::uint64_t(p.number), "depth " + keyOf(v, s));
        machine.depthCm = std::ceil(2 * (scene->depthNeeded() + random.uniform(0.2, 1.4))) / 2;
        machine.gainDb += random.normal(0, 0.8);
        layout = Layout::of(size.columns, size.rows, machine.depthCm, machine.halfAngle);
        scanner = std::make_unique<Scanner>(layout, machine, p.seed, std::uint64_t(p.number), keyOf(v, s));
        if (size.frames < 8)
            size.frames = 8;
        const double beats = isStrip() ? 1 : double(size.frames) / (size.frames - 5.0);
        frameMs = std::round(1e5 * rr * beats / size.frames) / 100;
        for (const double r : {lead * frameMs, lead * frameMs + 1000 * rr})
            if (r < frameMs * size.frames)
                rWaves.push_back(std::round(100 * r) / 100);
        scene->hasFlow = shot == Shot::Colour;
        background = emptyFrame(layout, machine.depthCm, heartRate());
        if (shot == Shot::Colour)
            drawColourBar(background, layout, scanner->box.nyquist);
        traceOver(frameMs * size.frames / 1000, lead * frameMs / 1000);
    }

    bool isStrip() const { return shot == Shot::MMode || shot == Shot::Spectrum; }
    int heartRate() const { return int(std::lround(60 / rr)); }
    double secondsOf(int index) const { return (index * frameMs - lead * frameMs) / 1000; }
    int stillFrame() const { return 2; }

    void traceOver(double seconds, double firstR)
    {
        const HeartDipole dipole(ecgCausesOf(patient));
        std::vector<double> r, times;
        for (int b = -2; firstR + b * rr < seconds + rr; ++b)
            r.push_back(firstR + b * rr);
        const int count = layout.traceX1 - layout.traceX0 + 1;
        for (int i = 0; i < 2 * count; ++i)
            times.push_back(seconds * i / (2 * count));
        trace = dipole.leadTwo(r, times);
    }

    base::RgbImage cineFrame(int index)
    {
        base::RgbImage image = background;
        scene->set(heart.at(secondsOf(index)));
        scanner->scan(*scene, image, shot == Shot::Colour);
        drawTrace(image, layout, trace, (index + 0.5) / size.frames);
        return image;
    }
};

VirtualClip::VirtualClip(const VirtualPatient& patient, View view, Shot shot, const ClipSize& size) : m(std::make_unique<Impl>(patient, view, shot, size)) {}
VirtualClip::~VirtualClip() = default;

View VirtualClip::view() const { return m->view; }
Shot VirtualClip::shot() const { return m->shot; }
int VirtualClip::frames() const { return m->shot == Shot::Cine || m->shot == Shot::Colour ? m->size.frames : 1; }
double VirtualClip::frameTimeMs() const { return m->frameMs; }
const std::vector<double>& VirtualClip::rWaveMs() const { return m->rWaves; }
int VirtualClip::heartRate() const { return m->heartRate(); }
const Layout& VirtualClip::layout() const { return m->layout; }

int VirtualClip::edFrame() const
{
    return frames() == 1 ? 0 : int(std::lround(lead));
}

// The frame in the middle of the time with the smallest volume.
int VirtualClip::esFrame() const
{
    int best = 0;
    double least = 1e9;
    const double middle = (m->heart.times().endSystole + m->heart.times().mitralOpening) / 2;
    for (int i = 0; i < frames(); ++i)
        if (const double away = std::abs(m->secondsOf(i) - middle); away < least) {
            least = away;
            best = i;
        }
    return best;
}

std::vector<dicom::UltrasoundRegion> VirtualClip::regions() const
{
    const Layout& l = m->layout;
    if (m->isStrip())
        return stripRegions(m->shot, l, stripScale(m->patient, m->shot, m->rr, m->machine.depthCm, l));
    std::vector<dicom::UltrasoundRegion> regions;
    dicom::UltrasoundRegion picture;
    picture.spatialFormat = 1;
    picture.dataType = 1;
    picture.x0 = l.sectorX0, picture.y0 = l.sectorY0, picture.x1 = l.sectorX1, picture.y1 = l.sectorY1;
    picture.unitsX = picture.unitsY = 3;
    picture.deltaX = picture.deltaY = 1 / l.pixelsPerCm;
    picture.referenceX = int(l.originX) - l.sectorX0;
    picture.referenceY = 0;
    picture.referenceValueX = picture.referenceValueY = 0;
    regions.push_back(picture);
    if (m->shot == Shot::Colour) {
        const Scanner::ColourBox& box = m->scanner->box;
        dicom::UltrasoundRegion colour = picture;
        const double depth = m->machine.depthCm * l.pixelsPerCm;
        colour.dataType = 2;
        colour.x0 = int(l.originX + box.toDepth * depth * std::sin(box.fromAngle));
        colour.x1 = int(l.originX + box.toDepth * depth * std::sin(box.toAngle));
        colour.y0 = int(l.originY + box.fromDepth * depth * std::cos(box.toAngle));
        colour.y1 = std::min(l.sectorY1, int(l.originY + box.toDepth * depth));
        colour.referenceX = int(l.originX) - colour.x0;
        colour.referenceY = l.sectorY0 - colour.y0;
        regions.push_back(colour);
    }
    dicom::UltrasoundRegion trace;
    trace.spatialFormat = 4;
    trace.dataType = 10;
    trace.x0 = l.traceX0, trace.y0 = l.traceY0, trace.x1 = l.traceX1, trace.y1 = l.traceY1;
    trace.unitsX = 4; // s
    trace.unitsY = 0;
    trace.deltaX = m->frameMs * m->size.frames / 1000 / (l.traceX1 - l.traceX0 + 1);
    trace.deltaY = 0;
    regions.push_back(trace);
    return regions;
}

base::RgbImage VirtualClip::frame(int index)
{
    switch (m->shot) {
    case Shot::MMode:
        return mModePicture(m->patient, m->heart, *m->scene, *m->scanner, m->background, stripScale(m->patient, m->shot, m->rr, m->machine.depthCm, m->layout));
    case Shot::Spectrum:
        return spectrumPicture(m->patient, m->heart, m->background, stripScale(m->patient, m->shot, m->rr, m->machine.depthCm, m->layout));
    case Shot::Still: return m->cineFrame(m->stillFrame());
    default: return m->cineFrame(index);
    }
}

std::vector<echo::Point> VirtualClip::endocardium(int index) const
{
    std::vector<echo::Point> line;
    if (m->isStrip())
        return line;
    m->scene->set(m->heart.at(m->secondsOf(m->shot == Shot::Still ? m->stillFrame() : index)));
    const Pose pose = m->scene->pose();
    for (const PlanePoint p : m->scene->endocardium()) {
        const PlanePoint pixel = m->layout.toPixel(pose, p);
        line.push_back({pixel.x, pixel.y});
    }
    return line;
}

} // namespace echo2ecg::simulation
