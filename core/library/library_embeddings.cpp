// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library_impl.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::library {

using inference::EmbeddingKey;
using inference::Space;

namespace {

// ECGs and studies keep what belongs to them in tables of the same shape.
struct Owner
{
    const char *table, *key, *rows;
};
constexpr Owner ecgOwner{"ecg_embeddings", "ecg_id", "ecgs"};
constexpr Owner studyOwner{"study_embeddings", "study_id", "studies"};

void bindKey(sql::Statement& statement, const EmbeddingKey& key)
{
    statement.bind(key.bundleId).bind(inference::name(key.space)).bind(key.recipeHash).bind(key.inputSha256);
}

// Within a transaction of the caller's. True when it wasn't so before.
bool assignWithin(const sql::Database& database, const Owner& owner, Id id, const EmbeddingKey& key)
{
    sql::Statement find(
        database,
        "SELECT id FROM embeddings WHERE bundle_id = ? AND space = ? AND recipe_hash = ? AND input_sha256 = ?");
    bindKey(find, key);
    if (!find.next())
        throw base::Error(base::ErrorCode::Missing, "The library has no such embedding.");
    const Id embedding = find.integer(0);
    sql::Statement known(database, std::string("SELECT embedding_id FROM ") + owner.table + " WHERE " + owner.key +
                                       " = ? AND bundle_id = ? AND space = ? AND recipe_hash = ?");
    known.bind(id).bind(key.bundleId).bind(inference::name(key.space)).bind(key.recipeHash);
    if (known.next() && known.integer(0) == embedding)
        return false;
    sql::Statement(database, std::string("INSERT OR REPLACE INTO ") + owner.table + " (" + owner.key +
                                 ", bundle_id, space, recipe_hash, embedding_id) VALUES (?, ?, ?, ?, ?)")
        .bind(id)
        .bind(key.bundleId)
        .bind(inference::name(key.space))
        .bind(key.recipeHash)
        .bind(embedding)
        .run();
    return true;
}

void assign(const sql::Database& database, const Owner& owner, Id id, const EmbeddingKey& key)
{
    sql::WriteTransaction transaction(database);
    if (!assignWithin(database, owner, id, key))
        return;
    transaction.touch();
    transaction.commit();
}

void replaceWeights(const sql::Database& database, Id study, const std::string& bundleId, const std::vector<std::pair<Id, float>>& weights)
{
    sql::Statement(database, "DELETE FROM view_weights WHERE study_id = ? AND bundle_id = ?").bind(study).bind(bundleId).run();
    for (const auto& [clip, weight] : weights)
        sql::Statement(database, "INSERT INTO view_weights (study_id, bundle_id, clip_id, weight) VALUES (?, ?, ?, ?)")
            .bind(study)
            .bind(bundleId)
            .bind(clip)
            .bind(double(weight))
            .run();
}

std::vector<Library::OwnedVector> vectorsOf(const sql::Database& database, const Owner& owner,
                                            const std::string& bundleId, const std::string& recipeHash, Space space)
{
    sql::Statement row(database, std::string("SELECT o.id, o.patient_id, e.data FROM ") + owner.table + " a JOIN " +
                                     owner.rows + " o ON o.id = a." + owner.key +
                                     " JOIN embeddings e ON e.id = a.embedding_id "
                                     "WHERE a.bundle_id = ? AND a.space = ? AND a.recipe_hash = ? ORDER BY o.id");
    row.bind(bundleId).bind(inference::name(space)).bind(recipeHash);
    std::vector<Library::OwnedVector> vectors;
    while (row.next())
        vectors.push_back({row.integer(0), row.integer(1), row.floats(2)});
    return vectors;
}

std::vector<Id> ownersWithout(const sql::Database& database, const Owner& owner, const std::string& condition,
                              const std::string& bundleId, const std::string& recipeHash, Space space)
{
    sql::Statement row(database,
                       std::string("SELECT o.id FROM ") + owner.rows + " o WHERE " + condition +
                           "NOT EXISTS (SELECT 1 FROM " + owner.table + " a WHERE a." + owner.key +
                           " = o.id AND a.bundle_id = ? AND a.space = ? AND a.recipe_hash = ?) ORDER BY o.id");
    row.bind(bundleId).bind(inference::name(space)).bind(recipeHash);
    std::vector<Id> ids;
    while (row.next())
        ids.push_back(row.integer(0));
    return ids;
}

void requireSpace(bool fits)
{
    if (!fits)
        throw base::Error(base::ErrorCode::Mismatch, "This kind of embedding doesn't belong to this kind of input.");
}

} // namespace

std::optional<std::vector<float>> Library::find(const EmbeddingKey& key)
{
    sql::Statement row(
        m_impl->database,
        "SELECT data FROM embeddings WHERE bundle_id = ? AND space = ? AND recipe_hash = ? AND input_sha256 = ?");
    bindKey(row, key);
    return row.next() ? std::optional(row.floats(0)) : std::nullopt;
}

void Library::store(const inference::Embedding& embedding)
{
    const std::vector<float>& values = embedding.values;
    if (values.empty() || !std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
        throw base::Error(base::ErrorCode::Mismatch, "An embedding without finite values isn't kept.");
    const sql::Database& database = m_impl->database;
    sql::WriteTransaction transaction(database);
    sql::Statement other(database, "SELECT width FROM embeddings WHERE bundle_id = ? AND space = ? LIMIT 1");
    other.bind(embedding.key.bundleId).bind(inference::name(embedding.key.space));
    if (other.next() && other.integer(0) != std::int64_t(values.size()))
        throw base::Error(base::ErrorCode::Mismatch, "An embedding of " + std::to_string(values.size()) +
                                                         " values doesn't fit the " + std::to_string(other.integer(0)) +
                                                         " of its space and bundle.");
    // In place, so that what was assigned to an owner stays assigned.
    sql::Statement insert(database,
                          "INSERT INTO embeddings (bundle_id, space, recipe_hash, input_sha256, width, data) "
                          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (bundle_id, space, recipe_hash, input_sha256) "
                          "DO UPDATE SET width = excluded.width, data = excluded.data");
    bindKey(insert, embedding.key);
    insert.bind(std::int64_t(values.size())).bind(values).run();
    transaction.commit();
}

void Library::assignEcgEmbedding(Id ecg, const EmbeddingKey& key)
{
    requireSpace(key.space == Space::EcgToken || key.space == Space::EcgAligned);
    assign(m_impl->database, ecgOwner, ecg, key);
}

void Library::assignStudyEmbedding(Id study, const EmbeddingKey& key)
{
    requireSpace(key.space == Space::StudyToken || key.space == Space::StudyAligned);
    assign(m_impl->database, studyOwner, study, key);
}

std::vector<Library::OwnedVector> Library::ecgVectors(const std::string& bundleId, const std::string& recipeHash,
                                                      Space space) const
{
    return vectorsOf(m_impl->database, ecgOwner, bundleId, recipeHash, space);
}

std::vector<Library::OwnedVector> Library::studyVectors(const std::string& bundleId, const std::string& recipeHash,
                                                        Space space) const
{
    return vectorsOf(m_impl->database, studyOwner, bundleId, recipeHash, space);
}

std::vector<Id> Library::ecgsWithout(const std::string& bundleId, const std::string& recipeHash, Space space) const
{
    return ownersWithout(m_impl->database, ecgOwner, "", bundleId, recipeHash, space);
}

std::vector<Id> Library::studiesWithout(const std::string& bundleId, const std::string& recipeHash, Space space) const
{
    // A cine that a person switched off is no view; a study of such alone waits for nothing.
    return ownersWithout(m_impl->database, studyOwner,
                         "EXISTS (SELECT 1 FROM clips c WHERE c.study_id = o.id AND c.cine = 1 AND NOT EXISTS (SELECT 1 "
                         "FROM clip_notes n WHERE n.clip_id = c.id AND n.topic = 'model' AND n.document = "
                         "'{\"use\":false}')) AND ",
                         bundleId, recipeHash, space);
}

bool Library::assignPooledStudy(Id study, const std::vector<PooledClip>& clips, const std::vector<EmbeddingKey>& keys)
{
    sql::WriteTransaction transaction(m_impl->database);
    std::vector<std::pair<Id, float>> weights;
    for (const PooledClip& clip : clips) {
        if (clipUse(clip.clip) != clip.use)
            return false;
        if (clip.weight)
            weights.emplace_back(clip.clip, *clip.weight);
    }
    for (const EmbeddingKey& key : keys) {
        requireSpace(key.space == Space::StudyToken || key.space == Space::StudyAligned);
        assignWithin(m_impl->database, studyOwner, study, key);
        replaceWeights(m_impl->database, study, key.bundleId, weights);
    }
    transaction.touch();
    transaction.commit();
    return true;
}

void Library::setViewWeights(Id study, const std::string& bundleId, const std::vector<std::pair<Id, float>>& weights)
{
    sql::WriteTransaction transaction(m_impl->database);
    replaceWeights(m_impl->database, study, bundleId, weights);
    transaction.touch();
    transaction.commit();
}

std::vector<std::pair<Id, float>> Library::viewWeights(Id study, const std::string& bundleId) const
{
    sql::Statement row(m_impl->database,
                       "SELECT w.clip_id, w.weight FROM view_weights w JOIN clips c ON c.id = w.clip_id "
                       "WHERE w.study_id = ? AND w.bundle_id = ? ORDER BY c.position, c.id");
    row.bind(study).bind(bundleId);
    std::vector<std::pair<Id, float>> weights;
    while (row.next())
        weights.emplace_back(row.integer(0), float(row.real(1)));
    return weights;
}

} // namespace echo2ecg::library
