// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::inference {

// The spaces that must never be mixed. EcgToken: 192-d, un-aligned, not normalised, Euclidean, for classification.
// Aligned*: 512-d, L2-normalised, cosine, for retrieval. Clip: one view before pooling. StudyToken: pooled, before
// alignment.
enum class Space { EcgToken, EcgAligned, Clip, StudyToken, StudyAligned };
const char* name(Space space) noexcept;
std::optional<Space> spaceFromName(const std::string& text);

// Identity of an embedding, so that work is never done twice and never mixed.
struct EmbeddingKey
{
    std::string inputSha256; // of the signal, the clip file, or the ordered list of clip hashes of a study
    std::string bundleId;
    std::string recipeHash;
    Space space = Space::EcgToken;

    bool operator==(const EmbeddingKey&) const = default;
};

struct Embedding
{
    EmbeddingKey key;
    std::vector<float> values;
};

// What identifies a study in a key: the hash of the ordered list of the SHA-256 of the clips that are in it.
std::string studyInputHash(const std::vector<std::string>& clipSha256s);

// Where finished embeddings live. The library implements it; calls come from the inference worker thread.
class EmbeddingStore
{
public:
    virtual ~EmbeddingStore() = default;
    virtual std::optional<std::vector<float>> find(const EmbeddingKey& key) = 0;
    virtual void store(const Embedding& embedding) = 0;
};

} // namespace echo2ecg::inference
