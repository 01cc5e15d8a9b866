// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/decoders.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cstring>
#include <memory>

namespace echo2ecg::dicom {

namespace {

E_TransferSyntax syntaxOf(const JpegMarkers& markers)
{
    if (markers.frameType == 0xF7)
        return EXS_JPEGLSLossless;
    if (markers.frameType == 0xC3)
        return EXS_JPEGProcess14;
    return EXS_JPEGProcess2_4;
}

// One frame as a data set of its own, which is what DCMTK's codecs work on.
bool putFrame(DcmDataset& dataset, std::span<const std::uint8_t> data, const PixelFormat& format, int precision,
              E_TransferSyntax syntax)
{
    const int allocated = precision > 8 ? 16 : 8;
    dataset.putAndInsertUint16(DCM_SamplesPerPixel, Uint16(format.samples));
    dataset.putAndInsertString(DCM_PhotometricInterpretation, format.samples == 3 ? "RGB" : "MONOCHROME2");
    if (format.samples == 3)
        dataset.putAndInsertUint16(DCM_PlanarConfiguration, 0);
    dataset.putAndInsertString(DCM_NumberOfFrames, "1");
    dataset.putAndInsertUint16(DCM_Rows, Uint16(format.rows));
    dataset.putAndInsertUint16(DCM_Columns, Uint16(format.columns));
    dataset.putAndInsertUint16(DCM_BitsAllocated, Uint16(allocated));
    dataset.putAndInsertUint16(DCM_BitsStored, Uint16(precision));
    dataset.putAndInsertUint16(DCM_HighBit, Uint16(precision - 1));
    dataset.putAndInsertUint16(DCM_PixelRepresentation, 0);

    auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
    sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB))); // empty offset table
    std::vector<Uint8> copy(data.begin(), data.end());
    DcmOffsetList offsets;
    if (sequence->storeCompressedFrame(offsets, copy.data(), Uint32(copy.size()), 0).bad())
        return false;
    auto pixels = std::make_unique<DcmPixelData>(DCM_PixelData);
    pixels->putOriginalRepresentation(syntax, nullptr, sequence.release());
    return dataset.insert(pixels.release(), OFTrue).good();
}

} // namespace

Samples decodeWithDcmtk(std::span<const std::uint8_t> data, const PixelFormat& format, const JpegMarkers& markers,
                        const std::string& photometric)
{
    prepareDcmtk();
    const char* kind = markers.frameType == 0xF7 ? "JPEG-LS" : markers.frameType == 0xC3 ? "lossless JPEG" : "JPEG";
    requireSameSize(format, markers.rows, markers.columns, std::int64_t(markers.components.size()));
    if (markers.precision < 2 || markers.precision > 16)
        failFrame(base::ErrorCode::Malformed, "The frame declares an impossible number of bits.");

    DcmDataset dataset;
    OFCondition state = EC_Normal;
    if (!putFrame(dataset, data, format, markers.precision, syntaxOf(markers)))
        failFrame(base::ErrorCode::Internal, "The frame can't be handed to its decoder.");
    state = dataset.chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
    if (state.bad())
        failFrame(base::ErrorCode::Malformed,
                  std::string("The ") + kind + " image can't be decoded: " + state.text() + ".");

    Samples samples = Samples::like(format);
    samples.bitsAllocated = markers.precision > 8 ? 16 : 8;
    if (samples.bitsAllocated != format.bitsAllocated || format.bitsStored > markers.precision) {
        samples.bitsStored = markers.precision;
        samples.highBit = markers.precision - 1;
    }
    const std::size_t values = format.pixels() * std::size_t(format.samples);
    samples.data.resize(values * (samples.bitsAllocated == 16 ? 2 : 1));
    unsigned long there = 0;
    const void* from = nullptr;
    if (samples.bitsAllocated == 16) {
        const Uint16* words = nullptr;
        state = dataset.findAndGetUint16Array(DCM_PixelData, words, &there);
        from = words;
    } else {
        const Uint8* bytes = nullptr;
        state = dataset.findAndGetUint8Array(DCM_PixelData, bytes, &there);
        from = bytes;
    }
    if (state.bad() || !from || there < values)
        failFrame(base::ErrorCode::Truncated, std::string("The ") + kind + " image ends early.");
    std::memcpy(samples.data.data(), from, samples.data.size());
    Uint16 planar = 0;
    dataset.findAndGetUint16(DCM_PlanarConfiguration, planar);
    samples.planar = planar == 1;
    const ColourDecision decision = decideJpegColour(markers, photometric);
    samples.words = decision.words;
    samples.model = decision.model;
    return samples;
}

} // namespace echo2ecg::dicom
