// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library_impl.h"

namespace echo2ecg::library {

namespace {

constexpr const char* modelTopic = "model";

std::optional<bool> useIn(const base::Json& note)
{
    const base::Json* use = note.isObject() ? note.find("use") : nullptr;
    return use && use->isBool() ? std::optional(use->toBool()) : std::nullopt;
}

} // namespace

std::vector<echo::Measurement> Library::measurements(Id study_) const
{
    std::vector<echo::Measurement> result;
    sql::Statement row(m_impl->database, "SELECT id, document FROM measurements WHERE study_id = ? ORDER BY id");
    row.bind(study_);
    while (row.next()) {
        echo::Measurement m = echo::Measurement::fromJson(base::Json::parse(row.text(1)));
        m.id = row.integer(0);
        result.push_back(std::move(m));
    }
    return result;
}

Id Library::saveMeasurement(Id study_, const echo::Measurement& measurement)
{
    const sql::Database& database = m_impl->database;
    sql::WriteTransaction transaction(database);
    sql::Statement clip(database, "SELECT id FROM clips WHERE study_id = ? AND sha256 = ?");
    clip.bind(study_).bind(measurement.clipHash);
    if (!clip.next())
        throw base::Error(base::ErrorCode::Missing, "the study has no clip with this content", {{}, "measurement"});
    const Id clipId = clip.integer(0);
    const std::string document = measurement.toJson().dump();
    Id id = measurement.id;
    if (id != 0) {
        sql::Statement change(database, "UPDATE measurements SET study_id = ?, clip_id = ?, document = ? WHERE id = ?");
        change.bind(study_).bind(clipId).bind(document).bind(id).run();
        // Taken away meanwhile, by an undo for example: it comes back under its number.
        if (change.changes() == 0) {
            sql::Statement again(database, "INSERT INTO measurements (id, study_id, clip_id, document) VALUES (?, ?, ?, ?)");
            again.bind(id).bind(study_).bind(clipId).bind(document).run();
        }
    } else {
        sql::Statement add(database, "INSERT INTO measurements (study_id, clip_id, document) VALUES (?, ?, ?)");
        add.bind(study_).bind(clipId).bind(document).run();
        id = add.lastId();
    }
    transaction.commit();
    return id;
}

void Library::removeMeasurement(Id id)
{
    sql::WriteTransaction transaction(m_impl->database);
    sql::Statement gone(m_impl->database, "DELETE FROM measurements WHERE id = ?");
    gone.bind(id).run();
    transaction.commit();
}

base::Json Library::clipNote(Id clip, const std::string& topic) const
{
    sql::Statement row(m_impl->database, "SELECT document FROM clip_notes WHERE clip_id = ? AND topic = ?");
    row.bind(clip).bind(topic);
    return row.next() ? base::Json::parse(row.text(0)) : base::Json();
}

void Library::setClipNote(Id clip, const std::string& topic, const base::Json& document)
{
    sql::WriteTransaction transaction(m_impl->database);
    if (topic == modelTopic && useIn(document) != clipUse(clip)) {
        for (const char* table : {"study_embeddings", "view_weights"})
            sql::Statement(m_impl->database, std::string("DELETE FROM ") + table +
                                                 " WHERE study_id = (SELECT study_id FROM clips WHERE id = ?)")
                .bind(clip)
                .run();
        transaction.touch();
    }
    if (document.isNull()) {
        sql::Statement gone(m_impl->database, "DELETE FROM clip_notes WHERE clip_id = ? AND topic = ?");
        gone.bind(clip).bind(topic).run();
    } else {
        sql::Statement note(m_impl->database, "INSERT OR REPLACE INTO clip_notes (clip_id, topic, document) VALUES (?, ?, ?)");
        note.bind(clip).bind(topic).bind(document.dump()).run();
    }
    transaction.commit();
}

std::optional<bool> Library::clipUse(Id clip) const
{
    return useIn(clipNote(clip, modelTopic));
}

void Library::setClipUse(Id clip, std::optional<bool> use)
{
    setClipNote(clip, modelTopic, use ? base::Json::object({{"use", *use}}) : base::Json());
}

} // namespace echo2ecg::library
