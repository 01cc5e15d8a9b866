# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DFROM=… -DTO=… -P CopyDemoBundle.cmake: the demo bundle beside the programs, where the sources have one. Nothing is left of one that they lack.
if(EXISTS ${FROM}/bundle.json)
  file(GLOB files ${FROM}/*)
  file(COPY ${files} DESTINATION ${TO})
else()
  file(REMOVE_RECURSE ${TO})
endif()
