// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/form_fields.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>

namespace echo2ecg::ui {

QSpinBox* wholeField(const char* name, int low, int high, std::int64_t value, const QString& hint)
{
    auto* box = new QSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setRange(low, high);
    box->setValue(int(value));
    box->setToolTip(hint);
    return box;
}

QDoubleSpinBox* realField(const char* name, double low, double high, double step, int digits, double value, const QString& hint)
{
    auto* box = new QDoubleSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setDecimals(digits);
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setValue(value);
    box->setToolTip(hint);
    return box;
}

QCheckBox* checkField(const char* name, const QString& text, bool on, const QString& hint)
{
    auto* box = new QCheckBox(text);
    box->setObjectName(QLatin1String(name));
    box->setChecked(on);
    box->setToolTip(hint);
    return box;
}

void nameField(QLineEdit* edit, const char* name, const QString& hint, const QString& whenEmpty)
{
    edit->setObjectName(QLatin1String(name));
    edit->setToolTip(hint);
    edit->setPlaceholderText(whenEmpty);
}

QWidget* placeField(QLineEdit* edit, const QString& fileKinds)
{
    const bool folder = fileKinds.isEmpty();
    auto* browse = new QToolButton;
    browse->setText(QStringLiteral("…"));
    browse->setToolTip(folder ? QCoreApplication::translate("FormFields", "Choose a folder") : QCoreApplication::translate("FormFields", "Choose a file"));
    auto* row = new QWidget;
    auto* across = new QHBoxLayout(row);
    across->setContentsMargins(0, 0, 0, 0);
    across->setSpacing(2);
    across->addWidget(edit, 1);
    across->addWidget(browse);
    QObject::connect(browse, &QToolButton::clicked, edit, [edit, folder, fileKinds] {
        const QString chosen = folder ? QFileDialog::getExistingDirectory(edit, {}, edit->text()) : QFileDialog::getOpenFileName(edit, {}, edit->text(), fileKinds);
        if (!chosen.isEmpty())
            edit->setText(QDir::toNativeSeparators(chosen));
    });
    return row;
}

} // namespace echo2ecg::ui
