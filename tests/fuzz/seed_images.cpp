// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/seed_images.h"

#include "core/dicom/make_dicom.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpeg/djrploss.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/dcmjpls/djrparam.h>

#include <openjpeg.h>

#include <stdexcept>

namespace echo2ecg::fuzz {

namespace {

using namespace test;

constexpr int rows = 12, columns = 16;

QByteArray contentOf(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return QByteArray(text.data(), qsizetype(text.size()));
}

QByteArray native(const char* photometric, int samples, bool isDeep, int frames, Writing writing, bool planar = false)
{
    ImageSpec spec;
    spec.rows = rows;
    spec.columns = columns;
    spec.frames = frames;
    spec.photometric = photometric;
    spec.samples = samples;
    spec.allocated = isDeep ? 16 : 8;
    spec.stored = isDeep ? 12 : 8;
    spec.planar = planar;
    QByteArray pixels;
    for (int f = 0; f < frames; ++f) {
        const auto colour = gradient(rows, columns, 50 * f);
        for (std::size_t i = 0; i < colour.size(); ++i) {
            if (samples == 3 || i % 3 == 0)
                pixels.append(char(colour[i]));
            if (isDeep && i % 3 == 0)
                pixels.append(char(i % 16));
        }
    }
    if (std::string(photometric) == "YBR_FULL_422")
        pixels.truncate(pixels.size() / 3 * 2);
    DataWriter data = imageHeader(spec, writing);
    if (std::string(photometric) == "PALETTE COLOR") {
        for (const std::uint32_t tag : {0x00281101u, 0x00281102u, 0x00281103u})
            data.bytes(tag, "US", data.number(256, 2) + data.number(0, 2) + data.number(16, 2));
        QByteArray table;
        for (unsigned i = 0; i < 256; ++i)
            table += data.number(257u * i, 2);
        for (const std::uint32_t tag : {0x00281201u, 0x00281202u, 0x00281203u})
            data.bytes(tag, "OW", table);
    }
    data.bytes(0x7FE00010, isDeep ? "OW" : "OB", pixels);
    return withMeta(data.data(), syntaxUid(writing), clipClass);
}

// Empty where the codec doesn't take the image.
QByteArray coded(const Folder& folder, const QByteArray& plain, E_TransferSyntax syntax)
{
    DcmFileFormat file;
    if (file.loadFile(folder.write("plain.dcm", plain).c_str()).bad())
        throw std::runtime_error("a seed can't be read");
    file.loadAllDataIntoMemory();
    const DJ_RPLossless lossless;
    const DJ_RPLossy lossy(80);
    const DJLSRepresentationParameter losslessLs(0, OFTrue);
    const DcmRepresentationParameter* parameter = &lossless;
    if (syntax == EXS_JPEGProcess1 || syntax == EXS_JPEGProcess2_4)
        parameter = &lossy;
    if (syntax == EXS_JPEGLSLossless)
        parameter = &losslessLs;
    const auto out = folder.path("coded.dcm");
    if (file.getDataset()->chooseRepresentation(syntax, parameter).bad() || file.saveFile(out.c_str(), syntax).bad())
        return {};
    return contentOf(out);
}

QByteArray jpeg2000(int components, bool isBoxed)
{
    opj_cparameters_t parameters;
    opj_set_default_encoder_parameters(&parameters);
    parameters.numresolution = 3;
    parameters.tcp_numlayers = 1;
    parameters.cp_disto_alloc = 1;
    parameters.tcp_mct = components == 3;
    opj_image_cmptparm_t one[3] = {};
    for (auto& c : one) {
        c.dx = c.dy = 1;
        c.w = columns;
        c.h = rows;
        c.prec = 8;
    }
    opj_image_t* image =
        opj_image_create(OPJ_UINT32(components), one, components == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY);
    image->x1 = columns;
    image->y1 = rows;
    const auto pixels = gradient(rows, columns);
    for (std::size_t i = 0; i < std::size_t(rows * columns); ++i)
        for (std::size_t c = 0; c < std::size_t(components); ++c)
            image->comps[c].data[i] = pixels[3 * i + c];

    const Folder folder;
    const auto file = folder.path("image");
    opj_codec_t* codec = opj_create_compress(isBoxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
    opj_setup_encoder(codec, &parameters, image);
    opj_stream_t* stream = opj_stream_create_default_file_stream(file.c_str(), OPJ_FALSE);
    const bool isDone =
        opj_start_compress(codec, image, stream) && opj_encode(codec, stream) && opj_end_compress(codec, stream);
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    opj_image_destroy(image);
    if (!isDone)
        throw std::runtime_error("JPEG 2000 can't be written");
    return contentOf(file);
}

} // namespace

std::vector<std::pair<std::string, QByteArray>> seedImages()
{
    DcmRLEEncoderRegistration::registerCodecs();
    DJEncoderRegistration::registerCodecs(ECC_lossyRGB, EUC_never);
    DJLSEncoderRegistration::registerCodecs(0, 0, 0, 0, OFFalse);
    const Folder folder;
    std::vector<std::pair<std::string, QByteArray>> seeds;
    struct Model
    {
        const char *name, *photometric;
        int samples;
        bool isDeep;
    };
    constexpr Model models[] = {
        {"rgb", "RGB", 3, false},      {"mono", "MONOCHROME2", 1, false},    {"mono12", "MONOCHROME1", 1, true},
        {"ybr", "YBR_FULL", 3, false}, {"ybr422", "YBR_FULL_422", 3, false}, {"palette", "PALETTE COLOR", 1, false}};
    constexpr std::pair<const char*, E_TransferSyntax> syntaxes[] = {{"rle", EXS_RLELossless},
                                                                     {"jpeg50", EXS_JPEGProcess1},
                                                                     {"jpeg51", EXS_JPEGProcess2_4},
                                                                     {"jpeg57", EXS_JPEGProcess14},
                                                                     {"jpeg70", EXS_JPEGProcess14SV1},
                                                                     {"jpegls", EXS_JPEGLSLossless},
                                                                     {"deflated", EXS_DeflatedLittleEndianExplicit}};
    for (const Model& model : models) {
        const auto plain = native(model.photometric, model.samples, model.isDeep, 2, Writing::Explicit);
        seeds.emplace_back(std::string(model.name) + "-explicit", plain);
        for (const auto& [name, syntax] : syntaxes) {
            const bool isLossless = syntax == EXS_JPEGProcess14 || syntax == EXS_JPEGProcess14SV1;
            if (isLossless && std::string(model.photometric) == "YBR_FULL_422")
                continue;
            if (const QByteArray file = coded(folder, plain, syntax); !file.isEmpty())
                seeds.emplace_back(std::string(model.name) + "-" + name, file);
        }
    }
    seeds.emplace_back("planar", native("RGB", 3, false, 1, Writing::Explicit, true));
    seeds.emplace_back("implicit", native("RGB", 3, false, 1, Writing::Implicit));
    seeds.emplace_back("big-endian", native("MONOCHROME2", 1, true, 1, Writing::BigEndian));
    for (const int components : {1, 3}) {
        for (const bool isBoxed : {false, true}) {
            ImageSpec spec;
            spec.rows = rows;
            spec.columns = columns;
            spec.samples = components;
            spec.photometric = components == 3 ? "YBR_RCT" : "MONOCHROME2";
            DataWriter data = imageHeader(spec);
            data.fragments({jpeg2000(components, isBoxed)});
            seeds.emplace_back("j2k-" + std::to_string(components) + (isBoxed ? "-boxed" : ""),
                               withMeta(data.data(), "1.2.840.10008.1.2.4.90"));
        }
    }
    return seeds;
}

} // namespace echo2ecg::fuzz
