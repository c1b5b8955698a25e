namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>Settings for starting a real Keycloak.</summary>
public sealed class KeycloakServerOptions
{
    /// <summary>The port for plain HTTP on 127.0.0.1.</summary>
    /// <value>0 by default: any free port. With a fixed port, a server can be stopped and started again at the same address.</value>
    public int Port { get; set; }

    /// <summary>The TLS files for <see cref="KeycloakServer.TlsAddress"/>.</summary>
    /// <value>Null by default: no TLS.</value>
    public KeycloakServerTls? Tls { get; set; }

    /// <summary>The file that the server's output is appended to. Its folder must exist.</summary>
    /// <value>Null by default: <c>keycloak-{version}-{port}.log</c> in the folder for temporary files.</value>
    public string? LogFile { get; set; }

    /// <summary>Additional arguments for <c>kc.sh start --optimized</c>, for example <c>--proxy-headers=xforwarded</c>.</summary>
    /// <value>Empty by default.</value>
    public IList<string> Arguments { get; } = [];

    /// <summary>Options for the Java virtual machine: Keycloak's <c>JAVA_OPTS_APPEND</c>.</summary>
    /// <value>Null by default: no options.</value>
    public string? JavaOptions { get; set; }

    /// <summary>The maximum time until the server is ready.</summary>
    /// <value>4 minutes by default. Usually 10 to 20 seconds are enough.</value>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(4);
}
