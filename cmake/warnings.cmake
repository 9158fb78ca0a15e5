# Our own warnings are our own business: a host that adds this project as a subdirectory, with a
# compiler that we have not met, must not see them.
function(mcp_oauth_warnings target)
    if(NOT mcp_oauth_top_level)
        return()
    endif()
    if(MSVC)
        target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${MCP_OAUTH_WERROR}>:/WX>)
    else()
        target_compile_options(${target} PRIVATE
            -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch
            $<$<BOOL:${MCP_OAUTH_WERROR}>:-Werror>)
    endif()
endfunction()
