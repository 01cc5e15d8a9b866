// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulation/heart_geometry.h"
#include "simulation/patient.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace echo2ecg::simulation {

enum class View { A4c, A2c, A3c, Plax, Psax };
const char* name(View view) noexcept; // "A4C" …

enum class Tissue : std::uint8_t { Nothing, Muscle, Scar, Blood, Valve, Fibrous, Chest };

// What is at one place of the image plane. `u`, `v` are where this bit of tissue was at rest, in cm, so that its speckle moves with it.
struct Matter
{
    Tissue tissue = Tissue::Nothing;
    float echo = 0;     // amplitude of scatterers
    float mirror = 0;   // of a border that reflects, when hit at right angles
    float u = 0, v = 0;
    float nx = 0, ny = 0; // direction across the border, of length 1
    float flow = 0;       // cm/s of blood along +y of the plane
    float turbulence = 0; // 0 … 1
};

struct PlanePoint
{
    double x = 0, y = 0; // cm
};

// Where the probe is in the plane of a scene and where it looks.
struct Pose
{
    PlanePoint probe;
    PlanePoint deep, right; // unit vectors: into the body, to the right of the picture
    PlanePoint at(double depth, double sideways) const
    {
        return {probe.x + depth * deep.x + sideways * right.x, probe.y + depth * deep.y + sideways * right.y};
    }
    double depthOf(PlanePoint p) const { return (p.x - probe.x) * deep.x + (p.y - probe.y) * deep.y; }
    double sidewaysOf(PlanePoint p) const { return (p.x - probe.x) * right.x + (p.y - probe.y) * right.y; }
};

// How a person held the probe: differs from clip to clip and isn't part of the patient.
struct Aim
{
    double tilt = 0;        // rad, in the plane
    double sideways = 0;    // cm
    double offAxis = 0;     // cm that the plane lies beside the long axis: foreshortens
    double window = 1.3;    // cm of chest between probe and heart
};

// The plane of one view through a beating heart. Planes along the long axis have y from the apex (0) to the base and x across; the short axis has x to the lateral
// and y to the anterior wall. set() moves the heart; then any number of threads may ask. Simple shapes of textbook size stand for right heart, aorta and atria.
class Scene
{
public:
    static std::unique_ptr<Scene> of(View view, const VirtualPatient& patient, const HeartGeometry& heart, const Aim& aim);
    virtual ~Scene() = default;
    virtual void set(const HeartState& state) = 0;
    virtual Matter at(double x, double y) const = 0;
    // The endocardium of the left ventricle: along the long axis from one end of the annulus over the apex to the other, in the short axis all around.
    virtual std::vector<PlanePoint> endocardium() const = 0;
    virtual Pose pose() const = 0;
    virtual double depthNeeded() const = 0; // cm
    bool hasFlow = false; // whether at() says how blood flows
};

} // namespace echo2ecg::simulation
