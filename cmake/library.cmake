# A host that already brought one of these keeps its own. Nothing is ever downloaded.
if(NOT TARGET OpenSSL::Crypto)
    find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
endif()
if(NOT TARGET nlohmann_json::nlohmann_json)
    find_package(nlohmann_json 3.10 REQUIRED)
endif()

# Globbed, and again at each build: a room is a folder, and a new file in it needs no edit here.
set(mcp_oauth_rooms base grammar rfc grant ports server)
set(sources)
foreach(room IN LISTS mcp_oauth_rooms)
    file(GLOB room_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${room}/*.cpp")
    list(APPEND sources ${room_sources})
endforeach()

# What happens once in the life of a grant, or where an operator asks for it. Nobody notices -O3
# there, and it makes these files three times as large, half of the library. What clients ask for all
# day long, refreshing tokens and passing the gate, keeps the host's own level.
set(mcp_oauth_seldom_run
    server/authenticated
    server/authorization_request
    server/checked_policy
    server/configuration
    server/decision
    server/derived_configuration
    server/grant_listing
    server/grant_revocation
    server/key_rotation
    server/key_rotation_update
    server/policy
    server/registration_endpoint
    server/store_check)
list(TRANSFORM mcp_oauth_seldom_run PREPEND "${PROJECT_SOURCE_DIR}/src/")
list(TRANSFORM mcp_oauth_seldom_run APPEND ".cpp")
# Last in the library: of an inline function that many files have, a linker keeps the first it meets.
list(REMOVE_ITEM sources ${mcp_oauth_seldom_run})
list(APPEND sources ${mcp_oauth_seldom_run})
set(optimized "$<OR:$<CONFIG:Release>,$<CONFIG:RelWithDebInfo>>")
set_source_files_properties(${mcp_oauth_seldom_run} PROPERTIES COMPILE_OPTIONS
    "$<$<AND:$<CXX_COMPILER_ID:GNU,Clang,AppleClang>,${optimized}>:-Os>")

add_library(mcp_oauth ${sources})
add_library(mcp_oauth::mcp_oauth ALIAS mcp_oauth)
target_compile_features(mcp_oauth PUBLIC cxx_std_17)
target_include_directories(mcp_oauth
    PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
           "$<INSTALL_INTERFACE:include>"
    PRIVATE "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(mcp_oauth PRIVATE OpenSSL::Crypto)

# Taken apart rather than linked: a private link of a static library still lands in the export set,
# and a user of the installed package would need nlohmann/json for nothing.
target_include_directories(mcp_oauth SYSTEM PRIVATE
    $<TARGET_PROPERTY:nlohmann_json::nlohmann_json,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_definitions(mcp_oauth PRIVATE
    $<TARGET_PROPERTY:nlohmann_json::nlohmann_json,INTERFACE_COMPILE_DEFINITIONS>)

# A text is read in little more than half the time where g++ inlines what nlohmann's parser calls
# for each character, however the file grows, and leaves the two counters beside each other apart:
# as one vector each character waits for the one before it. Other compilers need no such word.
set_source_files_properties("${PROJECT_SOURCE_DIR}/src/grammar/json.cpp" PROPERTIES COMPILE_OPTIONS
    "$<$<CXX_COMPILER_ID:GNU>:--param=inline-unit-growth=200;-fno-tree-slp-vectorize>")

# What every library built here has in common.
function(mcp_oauth_library_properties target)
    mcp_oauth_warnings(${target})
    set_target_properties(${target} PROPERTIES
        CXX_EXTENSIONS OFF
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        POSITION_INDEPENDENT_CODE ON # a host may link the static library into a shared one
        DEFINE_SYMBOL MCP_OAUTH_BUILDING
        # A shared component finds the library that it stands on beside it, wherever that is installed.
        INSTALL_RPATH "\$ORIGIN;@loader_path"
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()

mcp_oauth_library_properties(mcp_oauth)
if(BUILD_SHARED_LIBS)
    target_compile_definitions(mcp_oauth PUBLIC MCP_OAUTH_SHARED)
endif()
