// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace echo2ecg::bench {

// One thing to be measured: does the work once. What it returns makes a number from the result after the clock has
// stopped, by which table.py sees that both sides did the same work.
using Check = std::function<double()>;
using Task = std::pair<std::string, std::function<Check()>>;

// Names of tasks come in on stdin, one a line; each is done once and answered by one line of JSON:
//   {"name": "ecg_prep", "ms": 3.91, "check": 0.24}      or      {"name": "ecg_prep", "error": "why"}
// The process stays alive between two tasks, so that table.py can let ours and the peer's take turns.
inline int answerLines(const std::vector<Task>& tasks)
{
    for (std::string name; std::getline(std::cin, name);) {
        std::string error = "there is no task of this name";
        for (const Task& task : tasks) {
            if (task.first != name)
                continue;
            try {
                const auto start = std::chrono::steady_clock::now();
                const Check check = task.second();
                const std::chrono::duration<double, std::milli> ms = std::chrono::steady_clock::now() - start;
                std::printf("{\"name\": \"%s\", \"ms\": %.4f, \"check\": %.9g}\n", name.c_str(), ms.count(), check());
                error.clear();
            } catch (const std::exception& problem) {
                error = problem.what();
            }
        }
        for (char& c : error)
            if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 32)
                c = ' ';
        if (!error.empty())
            std::printf("{\"name\": \"%s\", \"error\": \"%s\"}\n", name.c_str(), error.c_str());
        std::fflush(stdout);
    }
    return 0;
}

inline Check meanOf(std::vector<float> values)
{
    return [values = std::move(values)] {
        double sum = 0;
        for (const float value : values)
            sum += double(value);
        return values.empty() ? 0 : sum / double(values.size());
    };
}

} // namespace echo2ecg::bench
