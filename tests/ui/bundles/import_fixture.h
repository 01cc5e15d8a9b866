// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/bundles.h"
#include "support/component_files.h"
#include "support/made_cases.h"
#include "support/picture.h"
#include "support/test_paths.h"
#include "ui/bundles/import_window.h"
#include "ui/jobs/job_runner.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QToolButton>

// The import window on files of a small model, and eyes for what it says.
namespace echo2ecg::test {

constexpr int patience = 60000; // a loaded machine is slow

struct ImportFixture
{
    QTemporaryDir folder;
    std::vector<MadeTensor> tensors;
    std::vector<std::filesystem::path> parts; // as writeParts() orders them
    std::string id;                           // of the bundle that they make with the reference's recipes

    ImportFixture()
    {
        const base::Json info = inference::createBundle(path("formula"), "formula", "small", 0);
        id = info.at("id").toString();
        tensors = tensorsOf(path("formula") / "weights.safetensors");
        parts = writeParts(path(""), tensors);
    }
    std::filesystem::path path(const char* name) const
    {
        return std::filesystem::path(folder.path().toStdString()) / name;
    }
    QString text(const char* name) const { return QString::fromStdString(path(name).string()); }
    QStringList files(std::size_t count = 7) const
    {
        QStringList list;
        for (std::size_t i = 0; i < count; ++i)
            list << QString::fromStdString(parts[i].string());
        return list;
    }
};

struct ImportEyes
{
    ui::JobRunner jobs;
    ui::BundleImportWindow window;

    explicit ImportEyes(const ImportFixture& fixture) : window(jobs, fixture.text("bundles"))
    {
        window.show();
        if (!QTest::qWaitForWindowExposed(&window))
            qWarning("the window isn't shown");
    }
    template <class T> T* find(const char* name) const { return window.findChild<T*>(QLatin1String(name)); }
    QString words(const char* name) const
    {
        const auto* label = find<QLabel>(name);
        return label && !label->isHidden() ? label->text() : QString();
    }
    QList<QFrame*> rows() const { return window.findChildren<QFrame*>(QStringLiteral("weightsFile")); }
    static QString said(const QFrame* row, const char* name)
    {
        const auto* label = row->findChild<QLabel*>(QLatin1String(name));
        return label && !label->isHidden() ? label->text() : QString();
    }
    // States of the seven parts, in the order in which they stand.
    QStringList states() const
    {
        QStringList list;
        for (const QLabel* label : window.findChildren<QLabel*>(QStringLiteral("partState")))
            list << label->text();
        return list;
    }
    void click(const char* name) { QTest::mouseClick(find<QAbstractButton>(name), Qt::LeftButton); }
    void picture(const char* name) { test::picture(window, QString::fromLatin1(name), 500); }
};

} // namespace echo2ecg::test
