// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/linking.h"

#include "library/dates.h"

#include <cmath>

namespace echo2ecg::library {

void relink(const sql::Database& database, std::int64_t patient)
{
    struct Moment
    {
        std::int64_t id;
        std::string date, time;
    };
    const auto moments = [&](const char* query) {
        std::vector<Moment> list;
        sql::Statement statement(database, query);
        statement.bind(patient);
        while (statement.next())
            list.push_back({statement.integer(0), statement.text(1), statement.text(2)});
        return list;
    };
    const auto studies = moments("SELECT id, date, time FROM studies WHERE patient_id = ? ORDER BY id");
    for (const Moment& ecg : moments("SELECT id, date, time FROM ecgs WHERE patient_id = ?")) {
        std::optional<std::int64_t> nearest;
        std::optional<double> distance;
        for (const Moment& study : studies) {
            const auto days = daysBetween(ecg.date, ecg.time, study.date, study.time);
            if (!days || std::abs(*days) > linkWindowDays || (distance && std::abs(*days) >= *distance))
                continue;
            nearest = study.id;
            distance = std::abs(*days);
        }
        sql::Statement(database, "UPDATE ecgs SET linked_study = ?, linked_days = ? WHERE id = ?")
            .bind(nearest)
            .bind(distance)
            .bind(ecg.id)
            .run();
    }
}

} // namespace echo2ecg::library
