using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Authorization.Startup;
using Keycloak.ApiProtection.Configuration;
using Keycloak.ApiProtection.Configuration.Section;
using Keycloak.ApiProtection.Configuration.Validation;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Notifications;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.TokenCheck;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods to configure an API that verifies Keycloak's access tokens itself.</summary>
public static class KeycloakBearerExtensions
{
    /// <summary>
    /// Adds authentication with the scheme <c>Keycloak</c>, the authorization policies (<c>scope:email</c>, ...), and the options from
    /// the configuration section <c>Keycloak</c>.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <returns>An <see cref="AuthenticationBuilder"/> that can add further schemes.</returns>
    /// <exception cref="OptionsValidationException">
    /// The options are wrong or incomplete. The exception is thrown when the application starts. Its message names the
    /// settings and the remedies.
    /// </exception>
    public static AuthenticationBuilder AddKeycloakBearer(this IServiceCollection services) =>
        services.AddKeycloakBearer(KeycloakBearerDefaults.AuthenticationScheme, configure: null);

    /// <summary>
    /// Adds authentication with the scheme <c>Keycloak</c>, the authorization policies, and options in code. They take precedence over
    /// the configuration section <c>Keycloak</c>.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">A delegate that configures the options.</param>
    /// <returns>An <see cref="AuthenticationBuilder"/> that can add further schemes.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(this IServiceCollection services, Action<KeycloakBearerOptions> configure) =>
        services.AddKeycloakBearer(KeycloakBearerDefaults.AuthenticationScheme, configure);

    /// <summary>
    /// Adds authentication with the scheme <c>Keycloak</c>, the authorization policies, and the options from a configuration section.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="section">The configuration section, or a configuration whose root is Keycloak's adapter JSON.</param>
    /// <returns>An <see cref="AuthenticationBuilder"/> that can add further schemes.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(this IServiceCollection services, IConfiguration section) =>
        services.AddKeycloakBearer(KeycloakBearerDefaults.AuthenticationScheme, section);

    /// <summary>
    /// Adds a scheme with its own name, for an API that trusts several realms. The scheme that is added first becomes the default scheme.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="authenticationScheme">
    /// The name of the scheme. The configuration section <c>Keycloak</c> is read only for the scheme <c>Keycloak</c>.
    /// </param>
    /// <param name="configure">
    /// A delegate that configures the options, or <see langword="null"/> if the configuration section contains all of them.
    /// </param>
    /// <returns>An <see cref="AuthenticationBuilder"/> that can add further schemes.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(
        this IServiceCollection services,
        string authenticationScheme,
        Action<KeycloakBearerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddAuthenticationWithDefault(authenticationScheme).AddKeycloakBearer(authenticationScheme, configure);
    }

    /// <summary>
    /// Adds a scheme with its own name and configuration section, for an API that trusts several realms. The scheme that is added first
    /// becomes the default scheme.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="authenticationScheme">The name of the scheme.</param>
    /// <param name="section">The configuration section, or a configuration whose root is Keycloak's adapter JSON.</param>
    /// <returns>An <see cref="AuthenticationBuilder"/> that can add further schemes.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(
        this IServiceCollection services,
        string authenticationScheme,
        IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddAuthenticationWithDefault(authenticationScheme).AddKeycloakBearer(authenticationScheme, section);
    }

    /// <summary>
    /// Adds the scheme <c>Keycloak</c> with the options from the configuration section <c>Keycloak</c>. The
    /// default scheme is not changed.
    /// </summary>
    /// <param name="builder">The builder that <c>AddAuthentication</c> returned.</param>
    /// <returns>The same <see cref="AuthenticationBuilder"/>.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(this AuthenticationBuilder builder) =>
        builder.AddKeycloakBearer(KeycloakBearerDefaults.AuthenticationScheme, configure: null);

    /// <summary>Adds a scheme with its own name. The default scheme is not changed.</summary>
    /// <param name="builder">The builder that <c>AddAuthentication</c> returned.</param>
    /// <param name="authenticationScheme">
    /// The name of the scheme. The configuration section <c>Keycloak</c> is read only for the scheme <c>Keycloak</c>.
    /// </param>
    /// <param name="configure">
    /// A delegate that configures the options, which take precedence over the configuration section, or <see langword="null"/> if the
    /// section contains all of them.
    /// </param>
    /// <returns>The same <see cref="AuthenticationBuilder"/>.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(
        this AuthenticationBuilder builder,
        string authenticationScheme,
        Action<KeycloakBearerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (authenticationScheme == KeycloakBearerDefaults.AuthenticationScheme)
        {
            // A test or a tool may have no host configuration.
            builder.Services.AddSingleton<IConfigureOptions<KeycloakBearerOptions>>(services =>
                services.GetService<IConfiguration>() is { } configuration
                    ? new KeycloakBearerConfigureOptions(
                        authenticationScheme, configuration.GetSection(KeycloakBearerDefaults.ConfigurationSection))
                    : new ConfigureNamedOptions<KeycloakBearerOptions>(authenticationScheme, null));
        }

        return builder.AddScheme(authenticationScheme, configure);
    }

    /// <summary>Adds a scheme with its own name and configuration section. The default scheme is not changed.</summary>
    /// <param name="builder">The builder that <c>AddAuthentication</c> returned.</param>
    /// <param name="authenticationScheme">The name of the scheme.</param>
    /// <param name="section">The configuration section, or a configuration whose root is Keycloak's adapter JSON.</param>
    /// <returns>The same <see cref="AuthenticationBuilder"/>.</returns>
    public static AuthenticationBuilder AddKeycloakBearer(
        this AuthenticationBuilder builder,
        string authenticationScheme,
        IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        builder.Services.AddSingleton<IConfigureOptions<KeycloakBearerOptions>>(
            new KeycloakBearerConfigureOptions(authenticationScheme, section));
        return builder.AddScheme(authenticationScheme, configure: null);
    }

    /// <summary>
    /// Selects one of the application's Keycloak schemes by the issuer of the token if an endpoint names no scheme. The tokens of each
    /// realm are then accepted on every endpoint that does not name a scheme, and only one scheme handles a request.
    /// </summary>
    /// <param name="builder">The builder that <c>AddKeycloakBearer</c> returned.</param>
    /// <returns>The same <see cref="AuthenticationBuilder"/>.</returns>
    /// <remarks>
    /// The method adds the scheme <see cref="KeycloakBearerDefaults.IssuerSelectionScheme"/>. It becomes the default scheme if the
    /// default is a Keycloak scheme or is not set. Another default scheme is not changed; policies can name the new scheme. The issuer
    /// (RFC 7519 section 4.1.1) is read before the token is verified, and it is used only to select the scheme that verifies the token.
    /// If a request has no token, a malformed token or an unknown issuer, the former default scheme handles it, or the scheme that was
    /// added first. A token that <c>OnMessageReceived</c> sets is not used for the selection.
    /// </remarks>
    public static AuthenticationBuilder SelectKeycloakBearerByIssuer(this AuthenticationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<AuthenticationOptions>()
            .PostConfigure<IEnumerable<KeycloakSchemeName>, IssuerSelection>((options, schemes, selection) =>
            {
                var names = schemes.Select(scheme => scheme.Name).ToArray();
                if (options.DefaultScheme is null || names.Contains(options.DefaultScheme))
                {
                    selection.Default = options.DefaultScheme ?? names[0];
                    options.DefaultScheme = KeycloakBearerDefaults.IssuerSelectionScheme;
                }
            });
        return builder.AddPolicyScheme(
            KeycloakBearerDefaults.IssuerSelectionScheme,
            displayName: null,
            options => options.ForwardDefaultSelector =
                context => context.RequestServices.GetRequiredService<IssuerSelection>().Select(context));
    }

    private static AuthenticationBuilder AddAuthenticationWithDefault(this IServiceCollection services, string scheme)
    {
        // Keeps the default scheme that the application or an earlier call has set.
        services.Configure<AuthenticationOptions>(options => options.DefaultScheme ??= scheme);
        return services.AddAuthentication();
    }

    private static AuthenticationBuilder AddScheme(
        this AuthenticationBuilder builder,
        string scheme,
        Action<KeycloakBearerOptions>? configure)
    {
        var services = builder.Services;
        services.AddKeycloakPolicies();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RejectionLog>();
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, UnusedSchemeCheck>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPostConfigureOptions<KeycloakBearerOptions>, KeycloakBearerPostConfigureOptions>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KeycloakBearerOptions>, KeycloakBearerOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, KeycloakBearerStartup>());
        if (!services.Any(service => service.ServiceType == typeof(KeycloakSchemeName)))
        {
            // Only for the first scheme: a second one must not undo what the application has configured in between.
            // Without the factory's loggers: they add four lines for each document, and a stack trace for each failure, to the one line
            // that the library writes.
            services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
                .ConfigurePrimaryHttpMessageHandler(RealmDocuments.CreateHandler)
                .RemoveAllLoggers();
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, BackchannelRedirects>());
        services.AddKeycloakSchemes(scheme);
        NotificationEndpoints.AddServices(services);
        services.TryAddSingleton<TokenCheckAnswer>();
        QuietFramework(services);
        services.AddOptions<KeycloakBearerOptions>(scheme).ValidateOnStart();
        return builder.AddScheme<KeycloakBearerOptions, KeycloakBearerHandler>(scheme, configure);
    }

    /// <summary>
    /// Switches off the log messages that the framework's base class writes at level Information for every rejected request, because any
    /// client can cause any number of them. The library's own message contains more information and is written once a minute. The
    /// messages come back if the configuration sets a log level for this category.
    /// </summary>
    private static void QuietFramework(IServiceCollection services) =>
        services.Configure<LoggerFilterOptions>(options =>
        {
            var category = typeof(KeycloakBearerHandler).FullName;
            if (!options.Rules.Any(rule => rule.CategoryName == category))
            {
                options.Rules.Insert(0, new LoggerFilterRule(providerName: null, category, LogLevel.Warning, filter: null));
            }
        });
}
