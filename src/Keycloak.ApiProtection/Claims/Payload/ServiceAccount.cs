namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>Distinguishes a client that acts for itself (client credentials) from a user.</summary>
internal static class ServiceAccount
{
    private const string Prefix = "service-account-";

    /// <summary>
    /// Returns whether the values belong to a service account. Keycloak derives the name of a service account's user from its client. A
    /// person could register with such a name, so a second condition is required: the <c>client_id</c>, which only the session of a service
    /// account has, or a missing user session.
    /// </summary>
    public static bool Is(string? userName, string? authorizedParty, string? clientId, string? sessionId)
    {
        var client = clientId ?? authorizedParty;
        if (client is null || (clientId is null && sessionId is not null))
        {
            return false;
        }

        // Without the client scope "profile" there is no name. Introspection returns client_id for every user, so the session decides then.
        return userName is null
            ? clientId is not null && sessionId is null
            : userName.Length == Prefix.Length + client.Length
                && userName.StartsWith(Prefix, StringComparison.Ordinal)
                && userName.EndsWith(client, StringComparison.OrdinalIgnoreCase);
    }
}
