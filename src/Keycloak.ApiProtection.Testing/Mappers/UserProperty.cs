using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>The fixed properties of a user, named as in mappers.</summary>
internal static class UserProperty
{
    public static string? Of(User user, string name) => name switch
    {
        "id" => user.Id,
        "username" => user.Username,
        "email" => user.Email,
        "firstName" => user.FirstName,
        "lastName" => user.LastName,
        "emailVerified" => user.EmailVerified ? "true" : "false",
        "enabled" => user.Enabled ? "true" : "false",
        _ => null,
    };
}
