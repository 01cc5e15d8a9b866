# SPDX-License-Identifier: GPL-3.0-or-later
# One way to declare a module, a test and the warnings, so that every folder's CMakeLists is a list of files.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(E2E_CCACHE ccache)
if(E2E_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${E2E_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${E2E_CCACHE})
endif()

add_library(e2e_warnings INTERFACE)
if(MSVC)
  target_compile_options(e2e_warnings INTERFACE /W4 /permissive- /utf-8)
else()
  target_compile_options(e2e_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>) # GCC 12 warns falsely of std::string concatenation
endif()
if(E2E_WARNINGS_ARE_ERRORS)
  target_compile_options(e2e_warnings INTERFACE $<IF:$<CXX_COMPILER_ID:MSVC>,/WX,-Werror>)
endif()

if(E2E_SANITIZE)
  add_compile_options(-fsanitize=${E2E_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${E2E_SANITIZE})
endif()

# e2e_module(ecg SOURCES a.cpp b.cpp PUBLIC base PRIVATE lib… [QT] [PCH <header>] [BATCHES])
# Declares the static library e2e_<name> with the alias Echo2ECG::<name>. Headers are included as "ecg/ecg_record.h".
# BATCHES: with E2E_BATCHES, eight files are compiled as one, since most of the time goes into headers. Two files of one batch can't give the same name to two things of their own.
function(e2e_module name)
  cmake_parse_arguments(M "QT;BATCHES" "" "SOURCES;PUBLIC;PRIVATE;PCH;RESOURCES" ${ARGN})
  add_library(e2e_${name} STATIC ${M_SOURCES} ${M_RESOURCES})
  add_library(Echo2ECG::${name} ALIAS e2e_${name})
  target_include_directories(e2e_${name} PUBLIC ${CMAKE_SOURCE_DIR}/core ${CMAKE_SOURCE_DIR})
  target_link_libraries(e2e_${name} PUBLIC ${M_PUBLIC} PRIVATE e2e_warnings ${M_PRIVATE})
  if(M_QT)
    set_target_properties(e2e_${name} PROPERTIES AUTOMOC ON AUTORCC ON)
    target_compile_definitions(e2e_${name} PRIVATE QT_NO_CAST_TO_ASCII)
  endif()
  if(M_BATCHES AND E2E_BATCHES)
    set_target_properties(e2e_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  elseif(M_PCH) # a few batches don't earn its making
    target_precompile_headers(e2e_${name} PRIVATE ${M_PCH})
  endif()
endfunction()

# e2e_test(name SOURCES test_x.cpp LIBS Echo2ECG::ecg … [GUI])
# A Qt Test program. GUI tests need a display; `./dev test` gives them one through Xvfb.
function(e2e_test name)
  cmake_parse_arguments(T "GUI" "TIMEOUT" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE e2e_warnings ${T_LIBS} Qt6::Test)
  target_compile_definitions(${name} PRIVATE E2E_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data"
                                             E2E_SHARED_DEFAULT="${CMAKE_SOURCE_DIR}/../shared")
  add_test(NAME ${name} COMMAND ${name})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  # Without the demo bundle that may lie beside the programs; a test of it says where one is.
  set_tests_properties(${name} PROPERTIES TIMEOUT ${T_TIMEOUT} SKIP_REGULAR_EXPRESSION "^ALL SKIPPED" ENVIRONMENT ECHO2ECG_DEMO_BUNDLE=none)
  if(T_GUI)
    set_tests_properties(${name} PROPERTIES LABELS gui)
  endif()
endfunction()
