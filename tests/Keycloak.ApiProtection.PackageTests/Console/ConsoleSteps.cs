using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Keycloak.ApiProtection.Testing.Servers;

namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>
/// The steps of the README for the Keycloak console, as calls of the admin REST API. The calls set only the values that the README
/// names. All other values are defaults of Keycloak.
/// </summary>
internal static partial class ConsoleSteps
{
    public const string Realm = "/demo";

    public static IReadOnlyList<ConsoleStep> All { get; } =
    [
        new(
            "The realm",
            Post("", """{ "realm": "demo", "enabled": true }""")),
        new(
            "The API's client",
            Post($"{Realm}/clients", """
                { "clientId": "orders-api", "publicClient": true, "standardFlowEnabled": false, "directAccessGrantsEnabled": false }
                """),
            Post($"{Realm}/clients/{{client:orders-api}}/roles", """{ "name": "reader" }"""),
            Post($"{Realm}/clients/{{client:orders-api}}/roles", """{ "name": "writer" }""")),
        new(
            "The audience",
            Post($"{Realm}/client-scopes", """
                { "name": "orders:read", "protocol": "openid-connect", "attributes": { "include.in.token.scope": "true" } }
                """),
            Post($"{Realm}/client-scopes/{{scope:orders:read}}/protocol-mappers/models", """
                { "name": "orders-api audience", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
                  "config": { "included.client.audience": "orders-api", "access.token.claim": "true" } }
                """)),
        new(
            "The calling client",
            Post($"{Realm}/clients", """{ "clientId": "orders-cli", "publicClient": true, "directAccessGrantsEnabled": true }"""),
            Put($"{Realm}/clients/{{client:orders-cli}}/default-client-scopes/{{scope:orders:read}}", "{}")),
        new(
            "The user",
            Post($"{Realm}/users", """
                { "username": "alice", "email": "alice@example.com", "firstName": "Alice", "lastName": "Example", "enabled": true }
                """),
            Put($"{Realm}/users/{{user:alice}}/reset-password", """{ "type": "password", "value": "alice", "temporary": false }"""),
            Post($"{Realm}/users/{{user:alice}}/role-mappings/clients/{{client:orders-api}}", """
                [ { "id": "{role:reader}", "name": "reader" } ]
                """)),
    ];

    public static async Task PerformAsync(KeycloakAdmin admin, CancellationToken cancellationToken)
    {
        foreach (var request in All.SelectMany(step => step.Requests))
        {
            var path = await WithIdsAsync(admin, $"/admin/realms{request.Path}", cancellationToken);
            var body = JsonNode.Parse(await WithIdsAsync(admin, request.Body, cancellationToken))!;
            await (request.Method == HttpMethod.Post
                ? admin.PostAsync(path, body, cancellationToken)
                : admin.PutAsync(path, body, cancellationToken));
        }
    }

    private static async Task<string> WithIdsAsync(KeycloakAdmin admin, string text, CancellationToken cancellationToken)
    {
        foreach (Match match in Name().Matches(text))
        {
            var name = match.Groups["name"].Value;
            var id = match.Groups["kind"].Value switch
            {
                "client" => await IdAsync($"/clients?clientId={name}", "clientId", name),
                "scope" => await IdAsync("/client-scopes", "name", name),
                "user" => await IdAsync($"/users?exact=true&username={name}", "username", name),
                _ => await IdAsync($"/clients/{await ApiIdAsync()}/roles", "name", name),
            };
            text = text.Replace(match.Value, id, StringComparison.Ordinal);
        }

        return text;

        Task<string> ApiIdAsync() => IdAsync("/clients?clientId=orders-api", "clientId", "orders-api");

        async Task<string> IdAsync(string path, string member, string name)
        {
            var list = await admin.GetAsync($"/admin/realms{Realm}{path}", cancellationToken);
            return (string)list.AsArray().Single(item => (string?)item![member] == name)!["id"]!;
        }
    }

    private static AdminRequest Post(string path, string body) => new(HttpMethod.Post, path, body);

    private static AdminRequest Put(string path, string body) => new(HttpMethod.Put, path, body);

    [GeneratedRegex(@"\{(?<kind>client|scope|user|role):(?<name>[^}]+)\}")]
    private static partial Regex Name();
}
