include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/mcp_oauth")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/mcp_oauth"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(TARGETS mcp_oauth EXPORT mcp_oauthTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(EXPORT mcp_oauthTargets NAMESPACE mcp_oauth:: DESTINATION "${package_dir}")

# One export file for each component: the package loads those that were asked for.
foreach(component IN LISTS mcp_oauth_components)
    install(TARGETS mcp_oauth_${component} EXPORT mcp_oauth_${component}Targets
            ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
            LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
            RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    install(EXPORT mcp_oauth_${component}Targets NAMESPACE mcp_oauth::
            DESTINATION "${package_dir}")
endforeach()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/mcp_oauthConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/mcp_oauthConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/mcp_oauthConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion) # no promise across minor versions while they are 0.x
install(FILES "${PROJECT_BINARY_DIR}/mcp_oauthConfig.cmake"
              "${PROJECT_BINARY_DIR}/mcp_oauthConfigVersion.cmake"
        DESTINATION "${package_dir}")

# The path back to the prefix is counted from where the file lies, so the tree can be moved.
file(RELATIVE_PATH pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
set(pc_cflags)
if(BUILD_SHARED_LIBS)
    set(pc_cflags " -DMCP_OAUTH_SHARED")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/mcp_oauth.pc.in"
               "${PROJECT_BINARY_DIR}/mcp_oauth.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/mcp_oauth.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
