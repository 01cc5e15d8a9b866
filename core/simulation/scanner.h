// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"
#include "simulation/random.h"
#include "simulation/scene.h"

#include <vector>

namespace echo2ecg::simulation {

// What the machine was set to, and how well this person can be imaged. Belongs to the examination; nothing of it is known to the heart or its ECG.
struct MachineSettings
{
    double depthCm = 16;
    double halfAngle = 0.66;     // rad
    double gainDb = 0, rangeDb = 58;
    double tgcDbPerCm = 0;       // what the time gain leaves uncorrected
    double blur = 1;             // width of the beam, relative
    double clutter = 0.3;        // near field and reverberations
    double noise = 0.02;         // of the amplifier
    double haze = 0.02;          // in cavities
    double dropout = 0.3;        // depth of missing beams
    double brightness = 1;       // curve of grey
};
MachineSettings drawMachine(const VirtualPatient& patient);

// Where things are on the frame, in pixels.
struct Layout
{
    int columns = 320, rows = 240;
    int sectorX0 = 0, sectorY0 = 0, sectorX1 = 0, sectorY1 = 0; // inclusive
    int traceX0 = 0, traceY0 = 0, traceX1 = 0, traceY1 = 0;
    double originX = 0, originY = 0; // of the sector's tip
    double pixelsPerCm = 1;
    static Layout of(int columns, int rows, double depthCm, double halfAngle);
    PlanePoint toPixel(const Pose& pose, PlanePoint p) const // as echo::Point counts
    {
        return {originX + pixelsPerCm * pose.sidewaysOf(p), originY + pixelsPerCm * pose.depthOf(p)};
    }
};

// A phased array over a scene. Scatterers are complex amplitudes that belong to the tissue (looked up where it was at rest), weighted with its echo,
// blurred with the beam (wider with depth) and the pulse in polar coordinates; their size is Rayleigh distributed (Burckhardt, IEEE Trans Sonics
// Ultrason 1978;25:1). Borders reflect where the beam hits them at right angles. Then attenuation that the time gain left, noise, logarithm, and the scan
// conversion. One object by one thread.
class Scanner
{
public:
    Scanner(const Layout& layout, const MachineSettings& machine, std::uint64_t seed, std::uint64_t patient, std::string_view clip);

    // Grey values 0 … 255 into the sector of `frame`, which is black there. `isColour`: flow is painted in the box.
    void scan(const Scene& scene, base::RgbImage& frame, bool isColour = false);
    // The middle of a narrow fan around `angle`, one column of `height` grey values over the whole depth: for M-mode.
    std::vector<std::uint8_t> line(const Scene& scene, double angle, int height);

    // The box of colour: beams and depths as parts of the sector.
    struct ColourBox
    {
        double fromAngle = -0.35, toAngle = 0.35, fromDepth = 0.35, toDepth = 0.92; // rad; of the depth
        double nyquist = 62;                                                        // cm/s
    };
    ColourBox box;

private:
    static constexpr int beams = 112, samples = 224;
    struct Pixel
    {
        int x, y, cell;
        float across, along; // between neighbours
        float angle, depth;  // for the box
    };
    void acquire(const Scene& scene, double fromAngle, double toAngle, bool isColour, int firstBeam, int endBeam);
    void focus();

    Layout m_layout;
    MachineSettings m_machine;
    Random m_random;
    std::vector<float> m_table;             // complex scatterers
    std::vector<float> m_re, m_im, m_spare; // samples × beams
    std::vector<float> m_velocity;          // cm/s towards the probe
    std::vector<std::uint8_t> m_isBlood;
    std::vector<float> m_grey;
    std::vector<float> m_beamGain;
    std::vector<Pixel> m_pixels;
};

} // namespace echo2ecg::simulation
