// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/model_views.h"

#include <QAbstractListModel>

namespace echo2ecg::ui {

// The clips of a study for the panel "What the model sees". GUI thread only.
class ClipListModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role {
        ContentRole = Qt::UserRole, // "2-D cine"
        ReasonRole,                 // why it is left out, or that a person put it in; may be empty
        WeightRole,                 // of the pooling, 0 … 1; invalid when unknown
        ShareRole                   // of the largest weight of the study, 0 … 1
    };

    using QAbstractListModel::QAbstractListModel;
    void setViews(std::vector<casework::ModelView> views);
    const casework::ModelView* at(int row) const;
    int rowOf(qint64 clip) const; // −1: not there
    bool hasWeights() const { return m_largest > 0; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    // Of the check mark alone; asks, and changes nothing itself.
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

signals:
    void useAsked(qint64 clip, std::optional<bool> use); // empty: as the rules say

private:
    std::vector<casework::ModelView> m_views;
    float m_largest = 0;
};

} // namespace echo2ecg::ui
