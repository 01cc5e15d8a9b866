// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/bundle_choice.h"

#include "inference/bundles.h"
#include "inference/plugin_loader.h"

#include <QString>

namespace echo2ecg::casework {

namespace fs = std::filesystem;

namespace {

const char* const settingKey = "casework/bundle";
const char* const untrainedFolder = "untrained-small";

bool isBundle(const fs::path& folder)
{
    std::error_code ignored;
    return fs::exists(folder / "bundle.json", ignored);
}

} // namespace

fs::path demoBundle()
{
    const char* const variable = "ECHO2ECG_DEMO_BUNDLE";
    if (qEnvironmentVariableIsSet(variable)) {
        const fs::path named = qEnvironmentVariable(variable).toStdU16String();
        return isBundle(named) ? named : fs::path();
    }
    const fs::path here = inference::plugin::executableFolder();
    for (const fs::path& folder : {here / "models" / "demo", here / ".." / "share" / "echo2ecg" / "models" / "demo"})
        if (isBundle(folder))
            return folder.lexically_normal();
    return {};
}

fs::path rememberedBundle(const library::Library& library)
{
    const fs::path remembered = library.setting(settingKey);
    if (remembered.empty())
        return {};
    const fs::path folder = remembered.is_absolute() ? remembered : library.folder() / remembered;
    return isBundle(folder) ? folder : fs::path();
}

void rememberBundle(library::Library& library, const fs::path& bundle)
{
    const fs::path inside =
        fs::absolute(bundle).lexically_normal().lexically_relative(fs::absolute(library.folder()).lexically_normal());
    const bool isInside = !inside.empty() && *inside.begin() != "..";
    library.setSetting(settingKey, (isInside ? inside : fs::absolute(bundle).lexically_normal()).string());
}

fs::path chooseBundle(library::Library& library, const fs::path& named, const base::JobContext& job)
{
    if (!named.empty())
        return named;
    if (const fs::path remembered = rememberedBundle(library); !remembered.empty())
        return remembered;
    if (const fs::path demo = demoBundle(); !demo.empty())
        return demo;
    const fs::path made = library.folder() / "bundles" / untrainedFolder;
    if (!isBundle(made)) {
        // Made beside and renamed: a crash in between leaves no half bundle that looks whole.
        const fs::path unfinished = made.parent_path() / (std::string(untrainedFolder) + ".unfinished");
        fs::create_directories(made.parent_path());
        fs::remove_all(unfinished);
        inference::createBundle(unfinished, "random", "small", 1, job);
        fs::rename(unfinished, made);
    }
    return made;
}

} // namespace echo2ecg::casework
