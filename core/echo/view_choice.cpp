// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/view_choice.h"

#include "echo/parallel.h"

#include <algorithm>

namespace echo2ecg::echo {

namespace {

FoundContent look(const EchoClip& clip, const EchoRecipe& recipe, Look how, const base::CancelToken& cancel)
{
    if (clip.content)
        return *clip.content;
    const FoundContent declared = contentOfHeader(clip);
    const bool isAsked = how == Look::Everywhere || declared.content == ClipContent::Unknown ||
                         (declared.content == ClipContent::Cine && !recipe.includeColour);
    return isAsked ? contentOf(clip, cancel) : declared;
}

std::string reasonAgainst(ClipContent content, const EchoRecipe& recipe)
{
    switch (content) {
    case ClipContent::Still:
    case ClipContent::SpectralDoppler:
    case ClipContent::MMode:
    case ClipContent::Strip:
    case ClipContent::Volume: return name(content);
    case ClipContent::ColourCine: return recipe.includeColour ? "" : "colour Doppler; this bundle leaves it out";
    case ClipContent::Cine:
    case ClipContent::Unknown: break;
    }
    return {};
}

} // namespace

std::vector<ViewChoice> chooseViews(const EchoStudy& study, const EchoRecipe& recipe, Look how,
                                    const base::CancelToken& cancel)
{
    std::vector<ViewChoice> choices(study.clips.size());
    inParallel(clipThreads(), int(choices.size()), [&](int, int i) {
        cancel.throwIfCancelled();
        const EchoClip& clip = study.clips[std::size_t(i)];
        ViewChoice& choice = choices[std::size_t(i)];
        choice.content = look(clip, recipe, how, cancel);
        choice.canBeUsed = clip.kind == ClipKind::Cine;
        choice.reason = reasonAgainst(choice.canBeUsed ? choice.content.content : ClipContent::Still, recipe);
        choice.byRules = choice.reason.empty();
        if (choice.canBeUsed && clip.use) {
            choice.byPerson = true;
            choice.reason = *clip.use ? "" : "left out by hand";
        }
    });
    std::size_t free = std::size_t(std::max(1, recipe.maxViews));
    for (const bool byPerson : {true, false})
        for (ViewChoice& choice : choices) {
            if (!choice.reason.empty() || choice.byPerson != byPerson)
                continue;
            choice.isUsed = free > 0;
            if (choice.isUsed)
                --free;
            else
                choice.reason = "beyond " + std::to_string(std::max(1, recipe.maxViews)) + " views";
        }
    return choices;
}

std::string summaryOf(const std::vector<ViewChoice>& choices, const EchoRecipe& recipe)
{
    const auto used = std::count_if(choices.begin(), choices.end(), [](const ViewChoice& c) { return c.isUsed; });
    return std::to_string(used) + " of " + std::to_string(choices.size()) + (choices.size() == 1 ? " clip" : " clips") +
           " used; at most " + std::to_string(recipe.maxViews);
}

} // namespace echo2ecg::echo
