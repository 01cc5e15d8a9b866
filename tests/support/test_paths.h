// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QtTest>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// Where tests find data. Shared data is optional: a test that needs it says SKIP where it is absent.
namespace echo2ecg::test {

inline std::filesystem::path testData()
{
    return E2E_TEST_DATA;
}

inline std::filesystem::path reference(const char* file)
{
    return testData() / "reference" / file;
}

inline std::string textOf(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// $ECHO2ECG_SHARED, by default ../shared beside the checkout.
inline std::filesystem::path shared()
{
    const char* fromEnvironment = std::getenv("ECHO2ECG_SHARED");
    return fromEnvironment ? fromEnvironment : E2E_SHARED_DEFAULT;
}

inline std::filesystem::path sharedData(const char* file)
{
    return shared() / "data" / file;
}

} // namespace echo2ecg::test

#define E2E_NEED_SHARED(needed)                                                                                          \
    do {                                                                                                                 \
        if (!std::filesystem::exists(needed))                                                                            \
            QSKIP(("shared data is absent: " + std::filesystem::path(needed).string()).c_str());                         \
    } while (false)
