// SPDX-License-Identifier: GPL-3.0-or-later
// What bench/echo/echo.py makes its table of. Commands:
//   facts FILE PPM   one line of JSON about the file; its first frame into PPM
//   first FILE       milliseconds from opening the file to its first frame
//   decode FILE      frames per second on one core, ours and DCMTK's own decoder
#include "echo/echo_study.h"
#include "echo/video_clip.h"

#include "base/json.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcfcache.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>

using namespace echo2ecg;

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int facts(const char* path, const char* ppm)
{
    base::Json line = base::Json::object();
    try {
        // Not every ultrasound sample is an echo clip to readClip: the image itself is what is compared.
        const auto image = echo::openImage(path);
        const base::RgbImage first = image->frame(0);
        std::ofstream out(ppm, std::ios::binary);
        out << "P6\n" << first.columns << ' ' << first.rows << "\n255\n";
        out.write(reinterpret_cast<const char*>(first.pixels.data()), std::streamsize(first.pixels.size()));
        const dicom::ImageHeader& header = image->header();
        line.set("syntax", header.transferSyntaxName).set("photometric", header.photometric);
        line.set("columns", header.columns).set("rows", header.rows).set("frames", image->frameCount());
        line.set("bits", header.bitsStored).set("planar", header.planarConfiguration);
        line.set("regions", int(header.regions.size())).set("colour", image->colourDecision());
        line.set("fps", 0.0).set("timing", image->frameCount() > 1 ? "?" : "–");
        const echo::EchoClip clip = echo::readClip(path);
        if (clip.kind == echo::ClipKind::Cine)
            line.set("fps", clip.timing.meanFps()).set("timing", echo::name(clip.timing.source));
    } catch (const base::Error& error) {
        line.set("error", error.sentence());
    }
    std::printf("%s\n", line.dump().c_str());
    return 0;
}

int first(const char* path)
{
    std::vector<double> times;
    for (int i = 0; i < 9; ++i) {
        const auto start = Clock::now();
        (void)echo::openImage(path)->frame(0);
        times.push_back(since(start));
    }
    std::sort(times.begin(), times.end());
    std::printf("%.2f %.2f\n", times[times.size() / 2], times.back());
    return 0;
}

int decode(const char* path)
{
    double ours = 0, theirs = 0;
    for (int round = 0; round < 3; ++round) {
        const auto start = Clock::now();
        const auto image = echo::openImage(path);
        std::vector<std::uint8_t> storage;
        for (int f = 0; f < image->frameCount(); ++f)
            storage = std::move(image->frameInto(f, std::move(storage)).pixels);
        ours = std::max(ours, 1000.0 * image->frameCount() / since(start));

        // Frame by frame into RGB, as a viewer on DCMTK does it.
        static const bool registered = (DJDecoderRegistration::registerCodecs(EDC_photometricInterpretation), true);
        (void)registered;
        const auto begin = Clock::now();
        DcmFileFormat file;
        if (file.loadFile(path).bad())
            continue;
        DcmElement* element = nullptr;
        if (file.getDataset()->findAndGetElement(DCM_PixelData, element).bad())
            continue;
        Uint32 bytes = 0, fragment = 0;
        element->getUncompressedFrameSize(file.getDataset(), bytes);
        std::vector<Uint8> buffer(bytes + 2);
        int done = 0;
        OFString colour;
        DcmFileCache cache;
        for (int f = 0; f < image->frameCount(); ++f)
            done += element
                        ->getUncompressedFrame(file.getDataset(), Uint32(f), fragment, buffer.data(),
                                               Uint32(buffer.size()), colour, &cache)
                        .good();
        theirs = std::max(theirs, 1000.0 * done / since(begin));
    }
    std::printf("%.1f %.1f\n", ours, theirs);
    return 0;
}

} // namespace

int main(int count, char** arguments)
{
    const std::string command = count > 2 ? arguments[1] : "";
    try {
        if (command == "facts" && count > 3)
            return facts(arguments[2], arguments[3]);
        if (command == "first")
            return first(arguments[2]);
        if (command == "decode")
            return decode(arguments[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::fprintf(stderr, "usage: e2e_bench_echo facts FILE PPM | first FILE | decode FILE\n");
    return 2;
}
