using System.Text.Json;

namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>Reads the users of an export, including service accounts.</summary>
internal static class UserReader
{
    public static List<User> Read(JsonElement root, string realm) =>
    [
        .. root.Items("users").Select(user =>
        {
            var username = (user.Text("username") ?? "").ToLowerInvariant();
            return new User(user.Text("id") ?? ExportedId.Of(realm, username), username)
            {
                FirstName = user.Text("firstName"),
                LastName = user.Text("lastName"),
                Email = user.Text("email")?.ToLowerInvariant(),
                EmailVerified = user.Flag("emailVerified"),
                Enabled = user.Flag("enabled"),
                Password = ReadPassword(user),
                ServiceAccountOf = user.Text("serviceAccountClientId"),
                NotBefore = user.Number("notBefore", 0),
                Roles = user.Roles(),
                Groups = user.Texts("groups"),
                Attributes = user.MultiSettings("attributes"),
            };
        }),
    ];

    private static PasswordCredential? ReadPassword(JsonElement user)
    {
        foreach (var credential in user.Items("credentials").Where(credential => credential.Text("type") == "password"))
        {
            if (credential.Text("value") is { } clear)
            {
                return PasswordCredential.InClear(clear);
            }

            if (credential.Text("secretData") is { } secret && credential.Text("credentialData") is { } how)
            {
                using var secretData = JsonDocument.Parse(secret);
                using var credentialData = JsonDocument.Parse(how);
                return new PasswordCredential(
                    credentialData.RootElement.Text("algorithm") ?? "",
                    Convert.FromBase64String(secretData.RootElement.Text("value") ?? ""),
                    Convert.FromBase64String(secretData.RootElement.Text("salt") ?? ""),
                    (int)credentialData.RootElement.Number("hashIterations", 0));
            }
        }

        return null;
    }

    /// <summary>Adds the service accounts of clients in an export without users. Keycloak creates them with the default roles.</summary>
    public static void AddServiceAccounts(Dictionary<string, Client> clients, List<User> users, string realm)
    {
        foreach (var client in clients.Values.Where(client => client.ServiceAccounts))
        {
            if (!users.Exists(user => user.ServiceAccountOf == client.Id))
            {
                var username = "service-account-" + client.Id.ToLowerInvariant();
                users.Add(new User(ExportedId.Of(realm, username), username)
                {
                    ServiceAccountOf = client.Id,
                    Roles = [new RoleName(null, "default-roles-" + realm.ToLowerInvariant())],
                });
            }
        }
    }
}
