using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Testing;

/// <summary>How an embedded realm starts.</summary>
public sealed class KeycloakRealmOptions
{
    /// <summary>The realm export to serve: JSON text, or the path of a file that holds it.</summary>
    /// <value>
    /// Null by default: the built-in realm <c>demo</c>. What Keycloak's console (Realm settings &gt; Action &gt; Partial export) and
    /// <c>kc.sh export</c> write can be read; keys are made anew at every start, keys in the export are never used.
    /// </value>
    public string? RealmExport { get; set; }

    /// <summary>Whether the realm works without a port: reachable only through <see cref="KeycloakRealm.CreateHandler"/>.</summary>
    /// <value>False by default: real HTTP on 127.0.0.1.</value>
    public bool InMemory { get; set; }

    /// <summary>The port on 127.0.0.1.</summary>
    /// <value>0 by default: any free one. Not used where <see cref="InMemory"/> is set.</value>
    public int Port { get; set; }

    /// <summary>Keycloak's setting <c>hostname</c>: the URL that all tokens and documents name, whatever host was asked.</summary>
    /// <value>
    /// Null by default: the issuer follows the request's <c>Host</c> header, as in Keycloak without that setting, and in memory it is
    /// <c>http://localhost</c>.
    /// </value>
    public Uri? Hostname { get; set; }

    /// <summary>The clock of the realm: for <c>iat</c> and <c>exp</c>, for the expiry of sessions, and for slow answers.</summary>
    /// <value><see cref="TimeProvider.System"/> by default.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the realm says what it is and does.</summary>
    /// <value>Null by default: the warning at start goes to the console's error stream, and nothing else is said.</value>
    public ILogger? Logger { get; set; }

    /// <summary>The environment of the application that starts the realm: pass <c>builder.Environment</c>, and the realm refuses to run in Production.</summary>
    /// <value>Null by default: see <see cref="EnvironmentName"/>.</value>
    public IHostEnvironment? Environment { get; set; }

    /// <summary>The name of the environment, for callers without an <see cref="IHostEnvironment"/>.</summary>
    /// <value>
    /// Null by default. In any case the variables <c>ASPNETCORE_ENVIRONMENT</c> and <c>DOTNET_ENVIRONMENT</c> are looked at, too: one
    /// <c>Production</c> among all of these is enough, and the realm does not start. Where none is set it starts: that is how tests run. A
    /// deployed application without these variables is in Production only by its host's convention, so applications should pass
    /// <see cref="Environment"/>.
    /// </value>
    public string? EnvironmentName { get; set; }
}
