// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/plugin_loader.h"

#include <QCoreApplication>
#include <QLibrary>
#include <QString>

#include <mutex>

namespace echo2ecg::inference::plugin {

namespace {

std::vector<std::string> fileNames()
{
#if defined(_WIN32)
    return {"echo2ecg_inference.dll"};
#else
    return {"libecho2ecg_inference.so", "libecho2ecg_inference.dylib"};
#endif
}

std::filesystem::path findFile()
{
    for (const std::filesystem::path& folder : searchFolders())
        for (const std::string& name : fileNames()) {
            std::error_code none;
            if (std::filesystem::is_regular_file(folder / name, none))
                return folder / name;
        }
    throw base::Error(base::ErrorCode::Missing, "the inference plug-in isn't installed: " + fileNames().front() +
                                                    " is neither beside the program nor where "
                                                    "ECHO2ECG_PLUGIN_DIR points");
}

} // namespace

std::filesystem::path executableFolder()
{
    std::error_code none;
#if defined(__linux__)
    const auto executable = std::filesystem::read_symlink("/proc/self/exe", none);
    if (!none)
        return executable.parent_path();
#endif
    if (QCoreApplication::instance())
        return QCoreApplication::applicationDirPath().toStdU16String();
    return std::filesystem::current_path(none);
}

std::vector<std::filesystem::path> searchFolders()
{
    std::vector<std::filesystem::path> folders;
    const QString fromEnvironment = qEnvironmentVariable("ECHO2ECG_PLUGIN_DIR");
    if (!fromEnvironment.isEmpty())
        folders.emplace_back(fromEnvironment.toStdU16String());
    const std::filesystem::path here = executableFolder();
    folders.push_back(here);
    folders.push_back(here / ".." / "lib" / "echo2ecg");
    return folders;
}

const Functions& functions()
{
    static std::mutex mutex;
    static const Functions* loaded = nullptr;
    const std::lock_guard lock(mutex);
    if (loaded)
        return *loaded;

    const std::filesystem::path file = findFile();
    QLibrary library(QString::fromStdU16String(file.u16string()));
    // LibTorch doesn't survive being unloaded; all symbols are bound now, so that a wrong version fails here and not in
    // the middle of a study.
    library.setLoadHints(QLibrary::ResolveAllSymbolsHint | QLibrary::PreventUnloadHint);
    if (!library.load())
        throw base::Error(base::ErrorCode::Missing,
                          "the inference plug-in can't be opened: " + library.errorString().toStdString(),
                          base::Place{file, {}});
    using Entry = const Functions* (*)(std::uint32_t);
    const auto entry = reinterpret_cast<Entry>(library.resolve("echo2ecg_inference_plugin"));
    if (!entry)
        throw base::Error(base::ErrorCode::Mismatch, "this isn't the inference plug-in", base::Place{file, {}});
    const Functions* found = entry(abiVersion);
    if (!found || found->abi != abiVersion)
        throw base::Error(base::ErrorCode::Mismatch, "the inference plug-in belongs to another version of the program",
                          base::Place{file, {}});
    loaded = found;
    return *loaded;
}

void raise(const Outcome& outcome)
{
    if (!outcome.failed)
        return;
    const auto code = base::ErrorCode(outcome.code);
    if (code == base::ErrorCode::Cancelled)
        throw base::Cancelled();
    const base::Place place{outcome.file, outcome.where};
    if (outcome.parse)
        throw base::ParseError(code, outcome.sentence, place);
    throw base::Error(code, outcome.sentence, place);
}

} // namespace echo2ecg::inference::plugin
