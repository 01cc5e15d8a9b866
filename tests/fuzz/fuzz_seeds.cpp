// SPDX-License-Identifier: GPL-3.0-or-later
// Writes what the fuzzers start from: fuzz_seeds FOLDER makes FOLDER/TARGET/… from small objects made here, from
// tests/data and, where it is present, from the shared data.
#include "base/json.h"
#include "base/npy.h"
#include "base/sha256.h"
#include "core/dicom/make_dicom.h"
#include "ecg/recipe.h"
#include "echo/recipe.h"
#include "dicom/media_directory.h"
#include "fuzz/readers.h"
#include "fuzz/run_tensors.h"
#include "fuzz/seed_images.h"
#include "nn/bundle_files.h"
#include "support/made_report.h"
#include "video/encoder.h"

#include <zip.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>

using namespace echo2ecg;
namespace fs = std::filesystem;

namespace {

std::string contentOf(const fs::path& file, std::size_t atMost)
{
    std::ifstream in(file, std::ios::binary);
    std::string text(atMost, '\0');
    in.read(text.data(), std::streamsize(atMost));
    text.resize(std::size_t(in.gcount()));
    return text;
}

class Seeds
{
public:
    explicit Seeds(fs::path folder) : m_folder(std::move(folder)) {}
    void add(const char* target, const std::string& name, std::string_view bytes)
    {
        fs::create_directories(m_folder / target);
        std::ofstream(m_folder / target / name, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
        ++m_count;
    }
    void addObject(const char* target, const std::string& name, const QByteArray& bytes)
    {
        add(target, name, std::string_view(bytes.constData(), std::size_t(bytes.size())));
    }
    fs::path path(const char* target, const char* name)
    {
        fs::create_directories(m_folder / target);
        ++m_count;
        return m_folder / target / name;
    }
    int count() const { return m_count; }

private:
    fs::path m_folder;
    int m_count = 0;
};

void tensors(Seeds& seeds)
{
    base::writeNpy(seeds.path("npy", "f4.npy"), base::NpyArray::of({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}));
    base::writeNpy(seeds.path("npy", "f8.npy"), base::NpyArray::of({4}, std::vector<double>{1, 2, 3, 4}));
    base::writeNpy(seeds.path("npy", "i8.npy"), base::NpyArray::of({1, 2}, std::vector<std::int64_t>{-1, 2}));
    base::writeNpy(seeds.path("npy", "text.npy"), base::npyOfStrings({"a", "bcd"}));
    nn::writeSafetensors(seeds.path("safetensors", "two.safetensors"),
                         {nn::StoredTensor::of("a.weight", {2, 2}, {1, 2, 3, 4}), nn::StoredTensor::of("b", {1}, {5})},
                         {{"format", "pt"}});
    const std::string header = R"({"h":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},)"
                               R"("i":{"dtype":"I64","shape":[],"data_offsets":[4,12]}})";
    std::string file(8, '\0');
    file[0] = char(header.size());
    seeds.add("safetensors", "types.safetensors", file + header + "123456789012");
}

// Checkpoints whole, and the pickles inside archives on their own.
void checkpoints(Seeds& seeds)
{
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(fs::path(E2E_TEST_DATA) / "checkpoints", absent)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() == ".json")
            continue;
        const std::string file = contentOf(entry.path(), 64 * 1024);
        if (file.size() <= 16 * 1024)
            seeds.add("checkpoint", name, file);
        const std::size_t begin = std::min(file.find("\x80\x02}"), file.find("\x80\x02"
                                                                             "c"));
        const std::size_t end = std::min(file.find("PK\x07\x08", begin), file.find("PK\x03\x04", begin));
        if (file.starts_with("PK") && begin != std::string::npos && end != std::string::npos)
            seeds.add("checkpoint", name + ".pkl", file.substr(begin, end - begin));
    }
}

void bundles(Seeds& seeds)
{
    for (const bool isSmall : {false, true}) {
        nn::BundleInfo info;
        info.architecture = isSmall ? nn::Architecture::small() : nn::Architecture::published();
        info.ecgRecipe = ecg::EcgRecipe().toJson();
        info.echoRecipe = echo::EchoRecipe().toJson();
        const std::string hash(64, 'a');
        base::Json json = base::Json::object();
        json.set("format", nn::kBundleFormat).set("id", nn::bundleId(info, hash)).set("name", "n").set("version", "1");
        json.set("trained", false).set("simulated", true).set("licence", "l").set("intended_use", "u");
        base::Json lvef = base::Json::object();
        lvef.set("names", std::vector<std::string>{"a", "b", "c"}).set("cutoffs", std::vector<double>{40, 50});
        json.set("classes", base::Json::object({{"lvef", lvef}}));
        json.set("architecture", info.architecture.toJson());
        json.set("recipes", base::Json::object({{"ecg", info.ecgRecipe}, {"echo", info.echoRecipe}}));
        const base::Json file = base::Json::object({{"sha256", hash}});
        json.set("files", base::Json::object({{nn::kWeightsFile, file}, {nn::kGoldenFile, file}}));
        seeds.add("bundle", isSmall ? "small.json" : "published.json", json.dump());
    }
}

void json(Seeds& seeds)
{
    seeds.add("json", "values.json",
              R"({"a":[1,-2.5e3,true,null,"\u00e4\n\ud83d\ude00"],"b":{"c":{}},"d":9223372036854775807,"e":1e-300})");
    for (const auto& entry : fs::directory_iterator(fs::path(E2E_TEST_DATA) / "reference")) {
        const bool isSmall = entry.file_size() <= 4096;
        const std::string name = entry.path().filename().string();
        if (isSmall && entry.path().extension() == ".json")
            seeds.add("json", name, contentOf(entry.path(), 4096));
        if (isSmall && entry.path().extension() == ".npy")
            seeds.add("npy", name, contentOf(entry.path(), 4096));
    }
}

QByteArray waveform(test::Writing writing, int bits, const char* interpretation)
{
    using test::DataWriter;
    std::vector<QByteArray> channels;
    for (const char* lead : {"I", "II", "V1"}) {
        DataWriter code(writing), unit(writing), item(writing);
        code.text(0x00080100, "SH", "5.6.3-9-1").text(0x00080102, "SH", "SCPECG").text(0x00080104, "LO", lead);
        unit.text(0x00080100, "SH", "uV").text(0x00080102, "SH", "UCUM");
        item.text(0x003A0203, "SH", lead).sequence(0x003A0208, {code.data()}).text(0x003A0210, "DS", "2.5");
        item.sequence(0x003A0211, {unit.data()}).text(0x003A0212, "DS", "1").text(0x003A0213, "DS", "0");
        item.text(0x003A0215, "DS", "2").text(0x003A0220, "DS", "0.05").text(0x003A0221, "DS", "150");
        channels.push_back(item.data());
    }
    DataWriter group(writing), note(writing), name(writing), data(writing);
    group.text(0x003A0004, "CS", "ORIGINAL").us(0x003A0005, 3).ul(0x003A0010, 6);
    group.text(0x003A001A, "DS", "500").text(0x003A0020, "SH", "RHYTHM").sequence(0x003A0200, channels, true);
    group.us(0x54001004, unsigned(bits)).text(0x54001006, "CS", interpretation);
    group.bytes(0x5400100A, bits == 8 ? "OB" : "OW", QByteArray(bits == 8 ? 1 : 2, '\x7f'));
    group.bytes(0x54001010, bits == 8 ? "OB" : "OW", QByteArray(18 * bits / 8, '\x11'));
    name.text(0x00080100, "SH", "2:16016").text(0x00080102, "SH", "MDC").text(0x00080104, "LO", "QT Interval");
    note.us(0x0040A180, 0).sequence(0x0040A043, {name.data()}).text(0x0040A30A, "DS", "402").us(0x0040A0B0, 1);
    data.text(0x00080005, "CS", "ISO_IR 100").text(0x00080016, "UI", test::ecgClass).text(0x00080060, "CS", "ECG");
    data.text(0x0008002A, "DT", "20240229101112").text(0x00100020, "LO", "TEST").text(0x00100030, "DA", "19500101");
    data.sequence(0x0040B020, {note.data()}).sequence(0x54000100, {group.data()}, true);
    return test::withMeta(data.data(), test::syntaxUid(writing), test::ecgClass);
}

void dicomObjects(Seeds& seeds)
{
    for (const auto& [name, file] : fuzz::seedImages()) {
        seeds.addObject("dicom_image", name, file);
        seeds.addObject("echo_clip", name, file);
        seeds.addObject("dicom_header", name, file.left(1024));
    }
    using test::Writing;
    seeds.addObject("dicom_waveform", "explicit", waveform(Writing::Explicit, 16, "SS"));
    seeds.addObject("dicom_waveform", "implicit", waveform(Writing::Implicit, 16, "US"));
    seeds.addObject("dicom_waveform", "big-endian", waveform(Writing::BigEndian, 16, "SS"));
    for (const char* interpretation : {"SB", "UB", "MB", "AB"})
        seeds.addObject("dicom_waveform", interpretation, waveform(Writing::Explicit, 8, interpretation));
    seeds.addObject("dicom_header", "ecg", waveform(Writing::Explicit, 16, "SS"));
}

// A clip with regions, times and R-waves, and one whose pixels are a video; small videos on their own.
void clips(Seeds& seeds)
{
    using test::DataWriter;
    const test::Folder folder;
    {
        const auto file = folder.path("seed.mp4");
        video::Encoder encoder(file, video::ClipFormat::Mp4, 16, 16, {});
        for (int i = 0; i < 4; ++i) {
            base::RgbImage image(16, 16);
            std::fill(image.pixels.begin(), image.pixels.end(), std::uint8_t(60 * i));
            encoder.add(image, 20 + 5 * i);
        }
        encoder.finish();
        const std::string mp4 = contentOf(file, 1 << 20);
        seeds.add("video_file", "small.mp4", mp4);
        seeds.add("echo_clip", "small.mp4", mp4);
        seeds.add("video_stream", "small.mp4", mp4);
        test::ImageSpec spec;
        spec.rows = spec.columns = 16;
        spec.frames = 4;
        spec.photometric = "YBR_PARTIAL_420";
        DataWriter data = test::imageHeader(spec);
        data.fragments({QByteArray(mp4.data(), qsizetype(mp4.size()))});
        seeds.addObject("dicom_image", "video", test::withMeta(data.data(), "1.2.840.10008.1.2.4.102", test::clipClass));
        seeds.addObject("echo_clip", "video", test::withMeta(data.data(), "1.2.840.10008.1.2.4.102", test::clipClass));
    }
    test::ImageSpec spec;
    spec.rows = spec.columns = 4;
    spec.frames = 4;
    DataWriter region;
    region.us(0x00186012, 1).us(0x00186014, 1).ul(0x00186016, 0).ul(0x00186018, 0).ul(0x0018601A, 0).ul(0x0018601C, 3);
    region.ul(0x0018601E, 3).us(0x00186024, 3).us(0x00186026, 3).fd(0x0018602C, 0.05).fd(0x0018602E, 0.05);
    DataWriter data;
    data.text(0x00080016, "UI", test::clipClass).text(0x00080018, "UI", "1.2.3.4").text(0x00080060, "CS", "US");
    data.text(0x00180040, "IS", "25").text(0x00181063, "DS", "40.0").text(0x00181065, "DS", "0\\33.3\\50\\33.3");
    data.text(0x00181088, "IS", "61").sequence(0x00186011, {region.data(), region.data()}, true);
    data.us(0x00280002, 3).text(0x00280004, "CS", "RGB").us(0x00280006, 0).text(0x00280008, "IS", "4");
    data.us(0x00280010, 4).us(0x00280011, 4).us(0x00280100, 8).us(0x00280101, 8).us(0x00280102, 7).us(0x00280103, 0);
    data.bytes(0x7FE00010, "OB", QByteArray(4 * 4 * 3 * 4, 'x'));
    seeds.addObject("echo_clip", "regions", test::withMeta(data.data(), test::syntaxUid(test::Writing::Explicit), test::clipClass));
}

// A report of every kind of item, an archive stored and packed with another inside, a directory of one image.
void media(Seeds& seeds)
{
    namespace t = test;
    const echo2ecg::dicom::Code volume{"118565006", "SCT", "Volume"};
    auto index = t::srCode({"121425", "DCM", "Index"}, {"8277-6", "LN", "Body Surface Area"});
    echo2ecg::dicom::writeReport(seeds.path("structured_report", "tid5200.dcm"),
                       t::report5200({t::srNumber({"18026-5", "LN", "EDV"}, 142, "ml", {t::srMethod("125207", "Method of Disks, Biplane")}),
                                      t::srNumber(volume, 60, "ml", {t::srPhase("416430001", "End Systole"), index}),
                                      t::srNumber({"X", "99V", "LVEF(BP)"}, 0.4, "{ratio}", {t::srSelected("121410", "User chosen value")})}));
    auto other = t::report5200({t::srNumber({"125301", "DCM", "Measured"}, 54, "%", {t::srCode({"125307", "DCM", "Measured Property"}, {"70822001", "SCT", "Ejection Fraction"})})});
    other.templateId = "5300";
    echo2ecg::dicom::writeReport(seeds.path("structured_report", "tid5300.dcm"), other);
    const std::string report = contentOf(seeds.path("structured_report", "tid5300.dcm"), 1 << 20);
    std::string archive;
    for (const zip_int32_t method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
        const fs::path file = seeds.path("zip", method == ZIP_CM_STORE ? "stored.zip" : "packed.zip");
        zip_t* zip = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
        const auto put = [&](const char* name, const std::string& content) {
            zip_source_t* source = zip_source_buffer(zip, content.data(), content.size(), 0);
            zip_set_file_compression(zip, zip_uint64_t(zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8)), method, 0);
        };
        put("a/r.dcm", report);
        put("empty", "");
        if (!archive.empty())
            put("inner.zip", archive);
        zip_close(zip);
        archive = contentOf(file, 1 << 20);
    }
    const fs::path image = seeds.path("media_directory", "image.dcm"), folder = seeds.path("media_directory", "made");
    const QByteArray clip = test::withMeta(test::imageHeader({}).data(), test::syntaxUid(test::Writing::Explicit), test::clipClass);
    std::ofstream(image, std::ios::binary).write(clip.constData(), clip.size());
    std::error_code none;
    try {
        echo2ecg::dicom::writeMedia(folder, {image});
        seeds.add("media_directory", "one", contentOf(folder / "DICOMDIR", 1 << 16));
    } catch (const base::Error&) {
        // The shared data has others.
    }
    fs::remove_all(folder, none);
    fs::remove(image, none);
}

void texts(Seeds& seeds)
{
    for (const char* format : {"8", "16", "24", "32", "61", "80", "160", "212", "310", "311"}) {
        const std::string f = format;
        seeds.add("wfdb", "format" + f,
                  "r 3 500 4 10:11:12 29/02/2024\nr.dat " + f + " 1000(3)/mV 16 0 1 2 0 I\nr.dat " + f +
                      " 200/uV 12 0 0 0 0 II\nr.dat " + f + "x1:1 1e3 16 0 0 0 0 V1\n#Age: 63\n#Dx: 426783006\n" +
                      std::string(1, '\0') + "0123456789abcdefghijklmnopqrstuvwxyz0123456789ab");
    }
    const std::string matrix("\x1e\0\0\0\x01\0\0\0\x04\0\0\0\0\0\0\0\x04\0\0\0val\0", 24);
    seeds.add("wfdb", "matlab",
              "r 1 500 4\nr.mat 16+24 1000/mV 16 0 1 2 0 II\n" + std::string(1, '\0') + matrix + "abcdefgh");
    seeds.add("wfdb", "segments", "r/2 1 500 4\nr 2\n~ 2\n" + std::string(1, '\0') + "abcd");
    const std::string level5 = "MATLAB 5.0 MAT-file, Platform: seed" + std::string(89, ' ') + std::string("\0\1IM", 4);
    const std::string val("\x0e\0\0\0\x38\0\0\0\6\0\0\0\x08\0\0\0\x0a\0\0\0\0\0\0\0\5\0\0\0\x08\0\0\0\1\0\0\0\4\0\0\0"
                          "\1\0\3\0val\0\3\0\0\0\x08\0\0\0abcdefgh",
                          64);
    seeds.add("wfdb", "matlab5",
              "r 1 500 4\nr.mat 16+24 1000/mV 16 0 1 2 0 II\n" + std::string(1, '\0') + level5 + val);
    for (const char* format : {"508", "516", "524"})
        seeds.add("wfdb", "flac" + std::string(format),
                  "r 1 500 4\nr.dat " + std::string(format) + " 1000/mV 16 0 1 2 0 II\n" + std::string(1, '\0') +
                      "fLaC");
    seeds.add("wfdb", "open", "r 1/250(0)\nr.dat 16 200 12 0 0 0 0 ECG lead II\n" + std::string(1, '\0') + "abcd");
    const std::string strip =
        "<NumberOfLeads>2</NumberOfLeads><SampleRate units=\"Hz\">500</SampleRate><ChannelSampleCountTotal>4"
        "</ChannelSampleCountTotal><Resolution units=\"uVperLsb\">5</Resolution><WaveformData lead=\"I\">1,2,\n3,-4"
        "</WaveformData><WaveformData lead=\"II\">10,20,30,40,</WaveformData>";
    const std::string head = "<?xml version=\"1.0\" encoding=\"ISO8859-1\" ?>\n<CardiologyXML>";
    seeds.add("cardiosoft", "strip.xml", head + "<StripData>" + strip + "</StripData></CardiologyXML>");
    seeds.add("cardiosoft", "median.xml", head + "<MedianSamples>" + strip + "</MedianSamples></CardiologyXML>");
    seeds.add("phenotype_table", "comma.csv",
              "study_uid,patient_id,study_date,lvedv_ml,lvesv_ml,lvsv_ml,lvef_percent,shd,remark\n"
              "1.2.3,p1,2024-02-29,120,50.5,70,58,1,\"a \"\"quoted\"\" one\"\n,p2,,,,,NA,no,\n");
    seeds.add("phenotype_table", "semicolon.csv", "\xEF\xBB\xBFpatient_id;lvef_percent\r\np1;55,5\r\np2;0,4\r\n");
    seeds.add("phenotype_table", "tab.csv", "PATIENT_ID\tSHD\np1\tyes\n\"open\t1\n");
}

// What training and evaluation read.
void tables(Seeds& seeds)
{
    const std::string simulated = "patient_id,split,ecg_file,study_folder,ecg_date,study_date,study_uid,age,sex,rhythm,conduction,lvedv_ml,lvesv_ml,lvsv_ml,lvef_percent,shd\n"
                                  "V1,train,V1/ecg.dcm,V1/echo,2024-03-01,2024-03-02,1.2.3,61,F,sinus,normal,110,45,65,59.1,0\n"
                                  "V2,test,V2/ecg.dcm,V2/echo,20240301,2024-03-04T10:20:30,1.2.4,70,M,af,lbbb,210,140,70,33.3,1\n";
    const std::string reference = "ecg_study_id,echo_study_id,ecg_filepath,echo_filepath,echo_filename,echo_embed_idx,subject_id\n"
                                  "0,1000,/d/e0.pt,/d/v0.avi,v0.avi,0,P\n0,1000,/d/e0.pt,/d/v1.avi,v1.avi,1,P\n";
    for (const char* target : {"label_table", "pair_table"}) {
        seeds.add(target, "simulated.csv", simulated);
        seeds.add(target, "reference.csv", reference);
    }
    seeds.add("pair_table", "ours.csv", "ecg;patient;clips;study;split;days_apart;lvef;filename\na;p;x.npy|y.npy;s;dev;2,5;55;x\nb;q;z.npy;t;val;-1;;y\n");
    seeds.add("label_table", "labels.csv", "id\tsex\tage\tlvef\tshd_flag\ta_flag\tsplit\n1\tw\t70\t55\tyes\t0\tvalid\n2\tM\tNA\t35\tno\t1\ttest\n");
    const std::string echoNext = "ecg_key,patient_key,split,sex,age_at_ecg,lvef_value,lvef_lte_45_flag,shd_moderate_or_greater_flag\n"
                                 "11,1,train,Female,70,40,1,1\n12,2,train,Male,50,60,0,0\n13,3,test,Male,60,,0,\n";
    seeds.add("echonext", "metadata.csv", echoNext);
    seeds.add("label_table", "echonext.csv", echoNext);

    const std::vector<float> four{1, 2, 3, 4};
    base::writeNpy(seeds.path("embeddings", "rows.npy"), base::NpyArray::of({2, 1, 2}, four));
    base::writeNpz(seeds.path("embeddings", "ids.npz"), {{"rows", base::NpyArray::of({2, 2}, four)}, {"ids", base::npyOfStrings({"a", "b"})}});
    base::writeNpz(seeds.path("embeddings", "embed.npz"), {{"ecg0_aligned", base::NpyArray::of({4}, four)}, {"ecg0_names", base::npyOfStrings({"a"})},
                                                           {"ecg1_aligned", base::NpyArray::of({4}, four)}, {"ecg1_names", base::npyOfStrings({"b"})}});
    nn::writeSafetensors(seeds.path("embeddings", "rows.safetensors"), {nn::StoredTensor::of("aligned", {2, 2}, four)});
    nn::writeSafetensors(seeds.path("embeddings", "names.safetensors"), {nn::StoredTensor::of("a", {4}, four), nn::StoredTensor::of("b", {1, 4}, four)});

    const fs::path beside = seeds.path("run_checkpoint", fuzz::runTensorsName);
    nn::writeSafetensors(beside, fuzz::runTensors());
    const base::Json run = base::Json::object({{"format", 1}, {"tensors", fuzz::runTensorsName}, {"sha256", base::sha256OfFile(beside)},
                                               {"state", base::Json::object({{"epoch", 1}, {"step", 20}})}});
    fs::remove(beside);
    seeds.add("run_checkpoint", "checkpoint.json", run.dump());
}

// Samples of an XML document cut short, so that the rest of it fits a fuzzer's inputs.
std::string shortened(const std::string& xml)
{
    constexpr std::size_t longest = 400;
    std::string out;
    std::size_t at = 0;
    for (;;) {
        const std::size_t text = xml.find('>', at), end = xml.find('<', text);
        if (text == std::string::npos || end == std::string::npos)
            return out + xml.substr(at);
        out += xml.substr(at, std::min(text + longest, end) - at);
        at = end;
    }
}

struct EcgFolder
{
    const char *folder, *target;
};

// The samples of each format for the target that reads it.
constexpr EcgFolder ecgFolders[] = {
    {"ecg_hl7_aecg", "aecg"},
    {"ecg_ge_muse_xml", "muse"},
    {"ecg_ge_cardiosoft_xml", "cardiosoft"},
    {"ecg_philips_sierra_xml", "sierra"},
    {"ecg_scp", "scp"},
    {"ecg_contec", "contec"},
    {"ecg_ishne", "ishne"},
    {"ecg_edf_bdf", "edf"},
};

const char* targetOf(const std::string& folder, const std::string& name)
{
    if (name.find("healforce") == 0)
        return "healforce";
    for (const EcgFolder& each : ecgFolders)
        if (folder == each.folder)
            return each.target;
    const auto starts = [&](const char* text) { return name.find(text) == 0; };
    return starts("scp")            ? "scp"
           : starts("muse")         ? "muse"
           : starts("sierra")       ? "sierra"
           : starts("minimum_aecg") ? "aecg"
                                    : nullptr;
}

// Small MFER files: two channels in both byte orders, with attributes, facts and a dominant beat.
void mfer(Seeds& seeds)
{
    for (const bool big : {true, false}) {
        const auto number = [&](unsigned value, int width) {
            std::string text;
            for (int i = 0; i < width; ++i)
                text += char(value >> (8 * (big ? width - 1 - i : i)));
            return text;
        };
        const auto define = [](unsigned tag, const std::string& value) {
            return std::string(1, char(tag)) + char(value.size()) + value;
        };
        std::string file = define(0x40, "MFR Standard 12 leads ECG       ") + define(0x01, std::string(1, big ? 0 : 1));
        file += define(0x81, "Family^Given") + define(0x83, "\x40" + number(3, 2) + number(1960, 2) + "\3\4");
        file += define(0x85, number(2024, 2) + "\2\x1d\x0a\x0b\x0c" + number(0, 4)) + define(0x11, "HPF=0.05");
        file +=
            define(0x04, number(4, 4)) + define(0x05, "\2") + define(0x06, number(2, 2)) + define(0x08, number(1, 2));
        file +=
            define(0x0B, std::string(2, '\0') + number(500, 2)) + define(0x0C, std::string("\0\xFA", 2) + number(5, 2));
        file += define(0x0D, number(7, 2)) + define(0x12, number(0x8000, 2));
        for (unsigned channel = 0; channel < 2; ++channel) {
            const std::string inner = define(0x09, number(channel + 1, 2)) + define(0x0A, std::string(1, '\0'));
            file += "\x3F" + std::string(1, char(channel)) + char(inner.size()) + inner;
        }
        file += define(0x1E, "0123456789abcdefghijklmnopqrstuv") + define(0x08, number(9, 2)) + define(0x06, "");
        file += define(0x1E, "0123456789abcdef") + "\x80";
        seeds.add("mfer", big ? "big.mwf" : "little.mwf", file);
    }
}

void arrays(Seeds& seeds)
{
    const std::string description = R"({"rate_hz":250,"units":"uV","leads":["I","II"],"record":0})";
    const std::string nul(1, '\0');
    for (const char* shape : {"(2, 4), ", "(4, 2), ", "(1, 1, 4, 2), "}) {
        std::string header = std::string("{'descr': '<i2', 'fortran_order': False, 'shape': ") + shape + "}";
        header.resize(117, ' ');
        header += '\n';
        seeds.add("npy_ecg", std::to_string(seeds.count()) + ".npy",
                  description + nul + "\x93NUMPY\x01" + nul + "\x76" + nul + header + "abcdefghijklmnop");
    }
    seeds.add("csv", "ours.csv",
              "# Echo2ECG Workstation, research use only; mV; 500 Hz\ntime_s,I,II\n0,0.1,0.2\n0.002,,0.25\n");
    seeds.add("csv", "semicolon.csv", "\xEF\xBB\xBFtime (ms);I (uV);V1 (uV)\r\n0;0,5;3\r\n2;1,5;-4\r\n");
    seeds.add("csv", "described.csv", description + nul + "I\tII\n1\t2\n3\t4\n");
}

void sharedData(Seeds& seeds)
{
    const char* fromEnvironment = std::getenv("ECHO2ECG_SHARED");
    const fs::path data = fs::path(fromEnvironment ? fromEnvironment : E2E_SHARED_DEFAULT) / "data";
    std::error_code absent;
    for (const auto& entry : fs::recursive_directory_iterator(data, absent)) {
        if (!entry.is_regular_file())
            continue;
        const std::string folder = fs::relative(entry.path(), data).begin()->string();
        const std::string name = entry.path().filename().string(), kind = entry.path().extension().string();
        const bool isDicom = folder.find("echo") == 0 || folder.find("dicom") != std::string::npos || folder == "sr" ||
                             folder == "us_other" || kind == ".dcm";
        if (isDicom) {
            seeds.add("dicom_header", name, contentOf(entry.path(), 8192));
            if (name == "DICOMDIR" && entry.file_size() <= 64 * 1024)
                seeds.add("media_directory", folder, contentOf(entry.path(), 64 * 1024));
            if (folder == "sr" && entry.file_size() <= 64 * 1024)
                seeds.add("structured_report", name, contentOf(entry.path(), 64 * 1024));
            if (entry.file_size() <= 96 * 1024) {
                seeds.add("dicom_image", name, contentOf(entry.path(), 96 * 1024));
                seeds.add("echo_clip", name, contentOf(entry.path(), 96 * 1024));
            }
            // The first pictures of a stream stand at its end: the header is not what is wanted here.
            const std::string file = name.find("mpeg") != std::string::npos ? contentOf(entry.path(), 1 << 21) : std::string();
            const std::size_t start = std::min(file.find(std::string("\0\0\1\xb3", 4)), file.find(std::string("\0\0\0\1\x67", 5)));
            if (start != std::string::npos)
                seeds.add("video_stream", name, file.substr(start, 64 * 1024));
        }
        if (kind == ".avi" || kind == ".mp4")
            seeds.add("video_file", name, contentOf(entry.path(), 64 * 1024));
        if (folder == "ecg_dicom" || name.find("ecg") == 0)
            seeds.add("dicom_waveform", name, contentOf(entry.path(), 16 * 1024));
        const std::string whole =
            kind == ".xml" ? contentOf(entry.path(), 1 << 20) : contentOf(entry.path(), 48 * 1024);
        const std::string small = whole.size() > 64 * 1024 ? shortened(whole).substr(0, 64 * 1024) : whole;
        if (const char* target = targetOf(folder, name))
            seeds.add(target, name, small);
        if (folder.find("ecg_") == 0 || folder == "hostile_ecg" || kind == ".scp")
            seeds.add("ecg", name, small.substr(0, 48 * 1024));
        if (kind == ".hea") {
            std::string header = contentOf(entry.path(), 8192);
            const std::string stem = entry.path().stem().string();
            for (std::size_t at = 0; (at = header.find(stem, at)) != std::string::npos;)
                header.replace(at, stem.size(), "r");
            fs::path signal = entry.path();
            signal.replace_extension(header.find(".mat") != std::string::npos ? ".mat" : ".dat");
            seeds.add("wfdb", name, header + std::string(1, '\0') + contentOf(signal, 2048));
        }
    }
}

} // namespace

int main(int count, char** arguments)
{
    if (count != 2) {
        std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
        return 2;
    }
    Seeds seeds(arguments[1]);
    json(seeds);
    tensors(seeds);
    checkpoints(seeds);
    bundles(seeds);
    dicomObjects(seeds);
    clips(seeds);
    media(seeds);
    texts(seeds);
    tables(seeds);
    arrays(seeds);
    mfer(seeds);
    sharedData(seeds);
    std::printf("%d seeds in %s\n", seeds.count(), arguments[1]);
}
